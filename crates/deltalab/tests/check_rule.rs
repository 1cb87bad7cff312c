//! `check-rule` from outside: every learner keeps what it claims, and says so in numbers, words and exit status.

mod support;

use support::{Place, deltalab};

#[test]
fn every_learner_keeps_what_it_claims() {
    let place = Place::new();
    let learners = deltalab(&place, &["list", "learners", "--json"]).json();
    for learner in learners["learners"].as_array().unwrap() {
        let name = learner["name"].as_str().unwrap();
        let ended = deltalab(&place, &["check-rule", name, "--nets", "10", "--json"]);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{name}: {}", ended.stdout);
        let found = ended.json();
        assert_eq!((&found["learner"], &found["holds"]), (&learner["name"], &true.into()));
        let equalities = found["equalities"].as_array().unwrap();
        let own = equalities.iter().filter(|one| one["equality"].as_u64().is_some_and(|n| n != 8));
        assert!(own.count() >= 2, "{name} claims something of its own");
        for one in equalities {
            let number = |key: &str| one[key].as_f64().unwrap();
            assert!(number("difference") <= number("tolerance"), "{name}: {one}");
            assert!(number("nets") >= 10.0, "{name}: {one}");
            assert!(!one["measure"].as_str().unwrap().is_empty(), "{name}: {one}");
        }
    }
}

#[test]
fn the_table_is_an_equality_in_words_a_difference_a_tolerance_and_a_verdict() {
    let place = Place::new();
    let ended = deltalab(&place, &["check-rule", "perceptron", "--nets", "1000", "--seed", "3"]);
    assert_eq!(ended.code, Some(0));
    insta::assert_snapshot!(ended.stdout, @r"
    perceptron: 8 equalities on random networks, seed 3

    equality  says                                                    nets  difference  tolerance
    8         the direction of a batch is the sum of the directions  1,000           0      1e-14  pass
              of its patterns at the same weights
    generic   nothing of an earlier batch is left: the direction is  1,000           0          0  pass
              that of a learner that never met another
    generic   a run in a lane has the bits that it has alone,        1,000           0          0  pass
              whatever its neighbours do
    generic   a weight that a mask takes out, and every weight of a  1,000           0          0  pass
              fixed path, has direction 0
    generic   the direction of a finite network is finite, every     1,000           0          0  pass
              entry of it written
    generic   the first update of a run adds the direction at the    1,000           0          0  pass
              initial weights times the learning rate
    2         y = 1 where η > 0, else 0; weights change by (t − y)   1,000           0      1e-14  pass
              x, so only where the answer is wrong
    2         the perceptron is the delta rule on threshold outputs  1,000           0          0  pass

    perceptron keeps all 8 equalities that it claims.
    ");
}

#[test]
fn the_table_of_every_learner_fits_a_hundred_columns() {
    let place = Place::new();
    for name in ["backprop", "generec", "activation_backprop", "almeida_pineda"] {
        let table = deltalab(&place, &["check-rule", name, "--nets", "2"]).stdout;
        let widest = table.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{name}: {widest:?}");
        let verdict = table.lines().last().unwrap();
        assert!(verdict.starts_with(&format!("{name} keeps all ")), "{verdict}");
    }
}

#[test]
fn the_seed_draws_the_networks() {
    let place = Place::new();
    let of = |seed| {
        deltalab(&place, &["check-rule", "backprop", "--nets", "3", "--seed", seed, "--json"])
            .json()
    };
    let difference = |seed| of(seed)["equalities"][6]["difference"].as_f64().unwrap();
    assert_eq!(of("5"), of("5"));
    assert_ne!(difference("5"), difference("6"));
}

#[test]
fn a_name_of_no_learner_is_one_message_with_the_nearest() {
    let place = Place::new();
    for (name, words) in [
        ("backpop", "(did you mean \"backprop\"?)"),
        ("xor", "expected \"backprop\", "), // a task
    ] {
        let ended = deltalab(&place, &["check-rule", name]);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{name}");
        assert_eq!(ended.stderr.lines().count(), 1, "{}", ended.stderr);
        assert!(ended.stderr.contains(words), "{}", ended.stderr);
    }
    assert_eq!(deltalab(&place, &["check-rule", "delta", "--nets", "0"]).code, Some(2));
}
