//! Every command from outside, and every error that a user can cause: one message, its exit status, nothing written.

mod support;

use serde_json::Value as Json;
use support::{Place, XOR, deltalab};

/// A wrong spec: what is put in place of what in [`XOR`], and what the message must hold, file, line and key first.
const WRONG: &[(&str, &str, &str, &[&str])] = &[
    (
        "a mistyped key",
        "hidden = [4]",
        "hiden = [4]",
        &["xor.toml:6:1", "network.hiden", "unknown key", "did you mean \"hidden\"?"],
    ),
    (
        "a wrong type",
        "hidden = [4]",
        "hidden = \"four\"",
        &["xor.toml:6:10", "network.hidden", "expected a list", "\"four\""],
    ),
    (
        "a value out of range",
        "learning_rate = 0.5",
        "learning_rate = -1.0",
        &["xor.toml:14:17", "learner.learning_rate", "expected a number above 0", "-1.0"],
    ),
    (
        "an unknown kind",
        "kind = \"xor\"",
        "kind = \"xorr\"",
        &["xor.toml:4:8", "task.kind", "unknown task \"xorr\"", "did you mean \"xor\"?"],
    ),
    (
        "an unknown learner",
        "kind = \"backprop\"",
        "kind = \"backpop\"",
        &["xor.toml:12:8", "unknown learner", "did you mean \"backprop\"?"],
    ),
    (
        "a learner on a net that it cannot train",
        "kind = \"backprop\"",
        "kind = \"perceptron\"",
        &["xor.toml:11", "learner", "perceptron"],
    ),
    ("broken TOML", "[network]", "[network", &["xor.toml:5"]),
];

#[test]
fn a_wrong_spec_gets_one_message_with_file_line_key_and_leaves_nothing_behind() {
    for (what, old, new, expected) in WRONG {
        for command in ["run", "check"] {
            let place = Place::new();
            let spec = XOR.replacen(old, new, 1);
            assert_ne!(spec, XOR, "{what}: the spec has {old}");
            place.write("xor.toml", &spec);
            let before = place.tree();
            let ended = deltalab(&place, &[command, "xor.toml"]);
            assert_eq!(
                (ended.code, ended.stdout.as_str()),
                (Some(2), ""),
                "{what}: {}",
                ended.stderr
            );
            assert_eq!(ended.stderr.lines().count(), 1, "{what}: {}", ended.stderr);
            for words in *expected {
                assert!(
                    ended.stderr.contains(words),
                    "{what}: {words:?} is not in {:?}",
                    ended.stderr
                );
            }
            assert_eq!(place.tree(), before, "{what}");
        }
    }
}

#[test]
fn a_wrong_data_file_gets_one_message_with_its_line_and_leaves_nothing_behind() {
    let spec = XOR.replace(
        "kind = \"xor\"",
        "kind = \"csv\"\nfile = \"data.csv\"\ninputs = [\"a\", \"b\"]\ntargets = [\"t\"]",
    );
    let rows = "a,b,t\n0,0,0\n0,1,1\n";
    let wrong = [
        ("a text cell", format!("{rows}1,zero,1\n"), vec!["data.csv", "4", "zero"]),
        ("a ragged row", format!("{rows}1,1\n"), vec!["data.csv", "4"]),
        ("a NaN", format!("{rows}1,NaN,1\n"), vec!["data.csv", "4", "NaN"]),
        ("no such column", rows.replace("a,b,t", "a,c,t"), vec!["data.csv", "\"b\""]),
    ];
    for (what, data, expected) in wrong {
        let place = Place::new();
        place.write("xor.toml", &spec);
        place.write("data.csv", &data);
        let before = place.tree();
        let ended = deltalab(&place, &["run", "xor.toml"]);
        assert_eq!(ended.code, Some(2), "{what}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{what}: {}", ended.stderr);
        for words in expected {
            assert!(ended.stderr.contains(words), "{what}: {words:?} is not in {:?}", ended.stderr);
        }
        assert_eq!(place.tree(), before, "{what}");
    }
}

#[test]
fn a_wrong_command_gets_one_message_and_leaves_nothing_behind() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    place.write("full", "a file, where a folder is wanted\n");
    place.write("mine/notes.txt", "not results\n");
    place.write("taken.toml", "keep me\n");
    let wrong: &[(&str, &[&str], &[&str])] = &[
        ("a missing file", &["run", "nowhere.toml"], &["nowhere.toml", "no such file"]),
        (
            "a missing file with an example's name",
            &["run", "xor-rules"],
            &["did you mean example:xor-rules?"],
        ),
        ("an unknown example", &["run", "example:xor-rulez"], &["did you mean \"xor-rules\"?"]),
        ("a folder for a spec", &["check", "mine"], &["mine", "folder"]),
        (
            "a file for an output",
            &["run", "xor.toml", "--out", "full"],
            &["full", "cannot be written"],
        ),
        (
            "an output below a file",
            &["run", "xor.toml", "--out", "full/deep"],
            &["full", "cannot be written"],
        ),
        (
            "somebody's own folder for an output",
            &["run", "xor.toml", "--out", "mine"],
            &["mine", "not a result folder"],
        ),
        (
            "somebody's own folder, afresh",
            &["run", "xor.toml", "--out", "mine", "--fresh"],
            &["mine", "not a result folder"],
        ),
        (
            "an override of no key",
            &["run", "xor.toml", "--set", "train.max_epoch=3"],
            &["--set train.max_epoch=3", "did you mean \"max_epochs\"?"],
        ),
        (
            "an override without a value",
            &["run", "xor.toml", "--set", "seeds"],
            &["--set seeds", "PATH=VALUE"],
        ),
        ("no folder of results", &["status", "mine"], &["mine", "not a result folder"]),
        ("no folder at all", &["figures", "nowhere"], &["nowhere", "not a result folder"]),
        ("no folder to cite", &["cite", "nowhere"], &["nowhere", "not a result folder"]),
        (
            "a name of nothing",
            &["explain", "bakprop"],
            &["\"bakprop\"", "did you mean \"backprop\"?"],
        ),
        ("a name like nothing", &["explain", "zzzzzzzz"], &["\"zzzzzzzz\"", "deltalab list"]),
        ("a file that is there", &["new", "taken"], &["taken.toml", "is there already"]),
        (
            "a name that cannot be one",
            &["new", "../up"],
            &["cannot be the name of a folder", "../up"],
        ),
        ("a folder for pages that is none", &["man", "nowhere"], &["nowhere", "cannot be written"]),
    ];
    let before = place.tree();
    for (what, args, expected) in wrong {
        let ended = deltalab(&place, args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{what}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{what}: {}", ended.stderr);
        for words in *expected {
            assert!(ended.stderr.contains(words), "{what}: {words:?} is not in {:?}", ended.stderr);
        }
        assert_eq!(place.tree(), before, "{what}");
    }
}

#[test]
fn flags_that_do_not_exist_name_those_that_do() {
    let place = Place::new();
    for (args, expected) in [
        (&["run", "example:smoke", "--seed", "3"][..], "--seeds"),
        (&["rum", "example:smoke"], "run"),
        (&["list", "lerners"], "learners"),
        (&["run", "example:smoke", "--seeds", "0"], "--seeds"),
        (&["run", "example:smoke", "--threads", "0"], "--threads"),
        (&["run", "example:smoke", "--color", "blue"], "always"),
        (&["run"], "SPEC"),
    ] {
        let ended = deltalab(&place, args);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(ended.stderr.contains(expected), "{args:?}: {}", ended.stderr);
    }
    assert!(place.tree().is_empty());
}

#[test]
fn an_unknown_instruction_set_names_those_of_the_machine() {
    let place = Place::new();
    let ended =
        support::deltalab_with(&place, &["run", "example:smoke"], &[("DELTALAB_SIMD", "sse9")]);
    assert_eq!(ended.code, Some(2));
    assert!(
        ended
            .stderr
            .contains("DELTALAB_SIMD=sse9: no such level; this machine has scalar, baseline"),
        "{}",
        ended.stderr
    );
    assert!(place.tree().is_empty());
}

#[test]
fn run_writes_every_file_of_the_folder_and_ends_in_the_verdict() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    let ended = deltalab(&place, &["run", "xor.toml"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for file in [
        "spec.toml",
        "manifest.json",
        "runs.csv",
        "curves.csv",
        "summary.csv",
        "comparisons.csv",
        "columns.json",
    ] {
        assert!(place.exists(&format!("results/xor/{file}")), "{file}");
    }
    let figures: Vec<_> = place
        .tree()
        .into_keys()
        .filter(|path| path.starts_with("results/xor/figures/") && !path.ends_with('/'))
        .collect();
    assert!(
        figures.iter().any(|path| path.ends_with(".png")) && figures.len() % 3 == 0,
        "{figures:?}"
    );
    insta::assert_snapshot!(ended.stdout, @r"
    xor: 2 cells × 6 seeds; solved: sse < 0.1 within 400 epochs

    learner   solved/n         median epochs         train_sse
    plain     0/6 [0, 39] %    not reached            1.05 [1.05, 1.05]
    momentum  6/6 [61, 100] %          158 [126, …]  0.098 [0.0964, 0.0995]
    In brackets: 95 % intervals.

    No difference in speed that 6 seeds can show: plain is solved sooner on 0, momentum on 6, neither
      on 0 (p = 0.094 after Holm).
    ");
    assert!(ended.stderr.contains("2 cells × 6 seeds = 12 runs"), "{}", ended.stderr);
    assert!(ended.stderr.contains("pattern updates/s"), "{}", ended.stderr);
    assert!(ended.stderr.contains("Next: "), "{}", ended.stderr);
}

#[test]
fn quiet_says_nothing_but_the_verdict_and_json_is_one_document() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    let talking = deltalab(&place, &["run", "xor.toml"]);
    let quiet = deltalab(&place, &["run", "xor.toml", "--quiet"]);
    assert_eq!((quiet.stderr.as_str(), &quiet.stdout), ("", &talking.stdout));
    let json = deltalab(&place, &["run", "xor.toml", "--quiet", "--json"]).json();
    assert_eq!(
        (&json["report"]["planned"], &json["report"]["trained"]),
        (&Json::from(12), &Json::from(0))
    );
    assert_eq!(json["verdict"]["cells"].as_array().map(Vec::len), Some(2));
    let sentence = json["verdict"]["comparisons"][0]["sentence"].as_str().unwrap();
    assert_eq!(support::words(&talking.stdout).matches(&support::words(sentence)).count(), 1);
    for path in ["runs", "curves", "summary", "comparisons", "columns", "manifest", "spec"] {
        assert!(place.exists(json["paths"][path].as_str().unwrap()), "{path}");
    }
    for figure in json["paths"]["figures"].as_array().unwrap() {
        assert!(place.exists(figure.as_str().unwrap()), "{figure}");
    }
}

#[test]
fn check_prints_the_plan_and_writes_nothing() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    let before = place.tree();
    let ended =
        deltalab(&place, &["check", "xor.toml", "--seeds", "50", "--set", "network.hidden=[3, 2]"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("2 cells × 50 seeds = 100 runs"), "{}", ended.stdout);
    assert!(ended.stdout.contains("2-3-2-1"), "{}", ended.stdout);
    // Wilson at ½: 1.96 / (2 √(50 + 1.96²)) = 0.134; t of 49 degrees / √50 = 2.0096 / 7.071; 3 p of 34 : 16 is 0.046
    let expected = "With 50 seeds, 95 % intervals will be about: a success rate near ½ ± 13 points; a mean, or a mean difference, ± 0.28 standard deviations;";
    let said = support::words(&ended.stdout);
    assert!(said.contains(expected), "{said}");
    let expected = "After Holm (3 tests of 1 pair of cells, corrected together) a lead can be shown from 34 of 50 seeds on.";
    assert!(said.contains(expected), "{said}");
    let json = deltalab(&place, &["check", "xor.toml", "--json"]).json();
    // 2 · 4 + 4 weights and biases to the hidden layer, 4 + 1 to the output
    assert_eq!(json["cells"][0]["parameters"], 17);
    assert_eq!(json["at_most"]["pattern_updates"], 2 * 6 * 400 * 4);
    // 3 · 2 · 2⁻⁶ > 0.05: not even six of six seeds are enough
    assert_eq!(
        (&json["precision"]["tests"], &json["precision"]["seeds_to_lead"]),
        (&3.into(), &Json::Null)
    );
    assert_eq!(json["cells"][1]["config"]["learner"]["optimiser"]["momentum"], 0.9);
    assert_eq!(place.tree(), before);
}

#[test]
fn status_and_figures_work_on_a_folder_that_is_not_finished() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    deltalab(&place, &["run", "xor.toml", "--quiet"]);
    let done = deltalab(&place, &["status", "results/xor"]);
    insta::assert_snapshot!(done.stdout, @r"
    xor: all 12 runs are finished

    learner   finished  solved  unsolved  diverged  missing
    plain          6/6       0         6         0        0
    momentum       6/6       6         0         0        0
    ");

    // one record is damaged, one is gone
    let journal = "results/xor/parts/1-of-1.journal";
    let lines: Vec<String> = place.read(journal).lines().map(str::to_string).collect();
    let damaged = lines[1].replacen("\"epochs\":", "\"epochs\":1", 1);
    place.write(
        journal,
        &([lines[0].clone(), damaged]
            .into_iter()
            .chain(lines[3..].iter().cloned())
            .collect::<Vec<_>>()
            .join("\n")
            + "\n"),
    );
    let status = deltalab(&place, &["status", "results/xor"]);
    assert!(status.stdout.starts_with("xor: partial 10/12 runs"), "{}", status.stdout);
    assert!(status.stdout.contains("1-of-1.journal:2: damaged"), "{}", status.stdout);
    let json = deltalab(&place, &["status", "results/xor", "--json"]).json();
    assert_eq!(
        (&json["finished"], &json["cells"][0]["missing"]),
        (&Json::from(10), &Json::from(2))
    );

    let figures = deltalab(&place, &["figures", "results/xor"]);
    assert_eq!(figures.code, Some(0), "{}", figures.stderr);
    assert!(figures.stderr.contains("partial 10/12 runs"), "{}", figures.stderr);
    let svg = figures.stdout.lines().find(|path| path.ends_with(".svg")).unwrap();
    assert!(place.read(svg).contains("partial 10/12"), "{svg}");

    let again = deltalab(&place, &["run", "xor.toml", "--json"]);
    assert!(again.stderr.contains("1-of-1.journal:2: damaged"), "{}", again.stderr);
    assert_eq!(again.json()["report"]["trained"], 2);
}

#[test]
fn figures_again_are_the_same_bytes() {
    let place = Place::new();
    place.write("xor.toml", XOR);
    deltalab(&place, &["run", "xor.toml", "--quiet"]);
    let before = place.tree();
    std::fs::remove_dir_all(place.path("results/xor/figures")).unwrap();
    deltalab(&place, &["figures", "results/xor"]);
    assert_eq!(place.tree(), before);
}

#[test]
fn list_names_everything_that_explain_explains() {
    let place = Place::new();
    let lists = deltalab(&place, &["list", "--json"]).json();
    let lists = lists.as_object().unwrap();
    assert_eq!(lists.len(), 10);
    for (kind, entries) in lists {
        let one = deltalab(&place, &["list", kind, "--json"]).json();
        assert_eq!(&one[kind], entries, "{kind}");
        assert!(!entries.as_array().unwrap().is_empty(), "{kind}");
        for entry in entries.as_array().unwrap() {
            let name = entry["name"].as_str().unwrap();
            assert!(!entry["summary"].as_str().unwrap().is_empty(), "{name}");
            let explained = deltalab(&place, &["explain", name]);
            assert_eq!(explained.code, Some(0), "{name}: {}", explained.stderr);
            assert!(explained.stdout.contains(name), "{name}");
        }
    }
}

#[test]
fn one_list_is_names_and_a_line_on_each() {
    let place = Place::new();
    insta::assert_snapshot!(deltalab(&place, &["list", "learner"]).stdout, @r"
    backprop             Backpropagation of error
    delta                Delta rule (Widrow–Hoff, LMS)
    perceptron           Perceptron
    rescorla_wagner      Rescorla–Wagner
    generec              GeneRec: learning from the difference between two phases of activity
    activation_backprop  Backpropagation to activations: y⁺ = y + λδ
    almeida_pineda       Almeida–Pineda: recurrent backpropagation
    ");
}

#[test]
fn explain_prints_equations_parameters_and_every_meaning_of_a_name() {
    let place = Place::new();
    let backprop = deltalab(&place, &["explain", "backprop"]).stdout;
    for words in [
        "δ_k = (t_k − z_k) f'(η_k)",
        "Source: Rumelhart",
        "learning_rate",
        "Must be given; a number above 0",
    ] {
        assert!(backprop.contains(words), "{words:?} is not in {backprop}");
    }
    assert!(!backprop.contains('`') && !backprop.contains("|--"), "{backprop}");
    let linear = deltalab(&place, &["explain", "linear", "--json"]).json();
    let what: Vec<_> = linear
        .as_array()
        .unwrap()
        .iter()
        .map(|article| article["what"].as_str().unwrap())
        .collect();
    assert_eq!(what, ["activation", "schedule"]);
}

#[test]
fn an_example_explained_is_a_spec_that_runs() {
    let place = Place::new();
    let smoke = deltalab(&place, &["explain", "example:smoke"]);
    place.write("mine.toml", &smoke.stdout);
    assert_eq!(deltalab(&place, &["run", "mine.toml", "--quiet"]).code, Some(0));
    let carried = deltalab(&place, &["run", "example:smoke", "--quiet", "--out", "carried"]);
    assert_eq!(carried.code, Some(0));
    let [mut own, mut carried] = ["results/smoke/", "carried/"].map(|folder| place.below(folder));
    assert!(own.remove("manifest.json").is_some() && carried.remove("manifest.json").is_some());
    assert_eq!(own, carried);
}

#[test]
fn a_new_spec_runs_and_its_schema_stands_beside_it() {
    let place = Place::new();
    let made = deltalab(&place, &["new", "my-study"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(made.stderr.contains("deltalab run my-study.toml"), "{}", made.stderr);
    assert!(place.read("my-study.toml").starts_with("#:schema ./deltalab.schema.json"));
    assert_eq!(place.read("deltalab.schema.json"), deltalab(&place, &["schema"]).stdout);
    assert_eq!(
        deltalab(&place, &["run", "my-study.toml", "--seeds", "2", "--quiet"]).code,
        Some(0)
    );
    assert!(place.exists("results/my-study/summary.csv"));
    assert_eq!(deltalab(&place, &["new", "other.toml"]).code, Some(0));
    assert!(place.exists("other.toml"));
}

#[test]
fn conditioning_ends_in_associative_strengths() {
    let place = Place::new();
    let ended = deltalab(&place, &["run", "example:blocking", "--json", "--quiet"]).json();
    for cell in ended["verdict"]["cells"].as_array().unwrap() {
        let strength = |cue: &str| cell["strengths"][cue].as_f64().unwrap();
        assert!(strength("V(A)") > 0.9 && strength("V(B)") < 0.1, "{cell}");
    }
    let text = deltalab(&place, &["run", "example:blocking", "--quiet"]).stdout;
    assert!(text.contains("V(A)") && text.contains("end with the same strengths"), "{text}");
}

#[test]
fn a_diverging_run_is_a_result_with_its_epoch() {
    let place = Place::new();
    place.write(
        "xor.toml",
        &XOR.replace(
            "activation = \"logistic\"",
            "activation = \"relu\"\noutput_activation = \"linear\"",
        ),
    );
    let ended = deltalab(&place, &["run", "xor.toml", "--set", "learner.learning_rate=1e200"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.stdout.contains("diverged"), "{}", ended.stdout);
    let runs = place.read("results/xor/runs.csv");
    let header: Vec<_> = runs.lines().next().unwrap().split(',').collect();
    let at = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let diverged: Vec<Vec<_>> = runs.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(diverged.len(), 12);
    for row in diverged {
        assert_eq!(row[at("status")], "diverged", "{row:?}");
        let epoch: u64 = row[at("epochs")].parse().unwrap();
        assert!((1..=400).contains(&epoch) && row[at("solved_epoch")].is_empty(), "{row:?}");
    }
}

#[test]
fn wide_grids_stay_within_a_hundred_columns_and_say_what_they_leave_out() {
    let place = Place::new();
    let grid = "[grid]\n\"network.init.range\" = [0.1, 0.2, 0.3, 0.4, 0.5]\n\"network.hidden\" = [[2], [3], [4], [5], [6, 6, 6, 6, 6, 6, 6, 6, 6, 6]]\n\"train.order\" = [\"permuted\", \"sequential\"]\n";
    let spec =
        XOR.replace("[network]", "[network]\ninit = { kind = \"uniform\", range = 0.5 }") + grid;
    place.write("xor.toml", &spec);
    let ended =
        deltalab(&place, &["run", "xor.toml", "--seeds", "3", "--set", "train.max_epochs=3"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    for line in ended.stdout.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(
        ended.stdout.contains("… 60 more …")
            && ended.stdout.contains("All 100 cells: results/xor/summary.csv"),
        "{}",
        ended.stdout
    );
    assert!(ended.stdout.contains("results/xor/comparisons.csv"), "{}", ended.stdout);
    let check = deltalab(&place, &["check", "xor.toml"]);
    assert!(check.stdout.contains("… 60 more …"), "{}", check.stdout);
}

#[test]
fn colour_comes_when_asked_for_and_data_has_none_otherwise() {
    let place = Place::new();
    let escapes = |args: &[&str], env: &[(&str, &str)]| {
        support::deltalab_with(&place, args, env).stdout.contains('\u{1b}')
    };
    assert!(!escapes(&["list"], &[]));
    assert!(escapes(&["list", "--color", "always"], &[]));
    assert!(escapes(&["--color=always", "list"], &[]));
    assert!(escapes(&["list"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!escapes(&["list", "--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(escapes(&["list", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!escapes(&["list", "--json", "--color", "always"], &[]));
    let error = support::deltalab_with(&place, &["rum", "--color", "always"], &[]);
    assert!(error.stderr.contains('\u{1b}'));
}

#[test]
fn completions_manual_and_citation_come_from_one_description() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(deltalab(&place, &["completions", shell]).stdout.contains("threads"), "{shell}");
    }
    let page = deltalab(&place, &["man"]).stdout;
    assert!(page.contains(".TH deltalab 1") && page.contains("learning rule"), "{page}");
    std::fs::create_dir(place.path("pages")).unwrap();
    assert_eq!(deltalab(&place, &["man", "pages"]).code, Some(0));
    assert!(place.read("pages/deltalab-run.1").contains("fresh"));
    assert!(place.exists("pages/deltalab.1"));

    let tool = deltalab(&place, &["cite"]).stdout;
    assert!(
        tool.contains("@software{deltalab") && tool.contains(env!("CARGO_PKG_VERSION")),
        "{tool}"
    );
    place.write("xor.toml", XOR);
    deltalab(&place, &["run", "xor.toml", "--quiet"]);
    let json = deltalab(&place, &["cite", "results/xor", "--json"]).json();
    let sources: Vec<_> = json["sources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|source| source["name"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["backprop", "momentum", "xor"]);
    assert!(json["sources"][2]["source"].as_str().unwrap().ends_with("chapter 8."), "{json}");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    use std::io::{BufRead, BufReader};
    let place = Place::new();
    // `explain idx` and `schema` are longer than a pipe holds only in part, so the pipe is closed before anything is read
    for args in [&["list"][..], &["schema"], &["explain", "backprop"], &["--help"], &["man"]] {
        let mut child = place
            .command(args)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines().count();
        assert_eq!((child.wait().unwrap().code(), stderr), (Some(0), 0), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_stdout_is_told() {
    let place = Place::new();
    let full = std::fs::File::create("/dev/full").unwrap();
    let output = place.command(&["list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("stdout cannot be written"));
}
