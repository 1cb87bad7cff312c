//! What was done with the numbers: the statistics that a study has, and no other.

use deltalab_results::comparison::Measure;
use deltalab_results::{Analysis, Status, Study};

/// Sentences on the statistics on the page.
pub fn sentences(study: &Study, analysis: &Analysis, ended: &[Status]) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut say = |holds: bool, text: &str| {
        if holds {
            sentences.push(text.to_owned());
        }
    };
    let criterion = study.cells.iter().any(|cell| cell.criterion.is_some());
    let means = analysis.summaries.iter().flat_map(|it| &it.finals).flatten().any(|it| it.n > 1);
    let on = |is: fn(&Measure) -> bool| analysis.comparisons.iter().any(|it| is(&it.measure));
    say(
        criterion,
        "Success rates have Wilson's 95 % score interval; median epochs to the criterion are Kaplan-Meier estimates with the Brookmeyer-Crowley interval (log-log scale), unsolved runs censored where they were given up and diverged runs at the step limit.",
    );
    say(
        means,
        "Means of final metrics have a 95 % bootstrap interval over seeds (2000 resamples; the percentile interval, expanded for the number of seeds as Student's t is).",
    );
    say(
        on(|it| *it == Measure::Solved),
        "Success rates of two cells are compared by the exact McNemar test, their difference with Tango's score interval.",
    );
    say(
        on(|it| *it == Measure::Faster),
        "Which of two is solved sooner is counted seed by seed and tested by the exact sign test, ties left out, with Tango's interval; beside it stands the difference of the restricted mean epochs (unsolved runs count with the step limit), with a bootstrap interval.",
    );
    say(
        on(|it| matches!(it, Measure::Final(_))),
        "Final metrics are compared by their mean difference, with a bootstrap interval, and by Wilcoxon's signed-rank test, exact up to 25 differences; beside it stands the median difference, with the interval of the sign test.",
    );
    say(
        !analysis.comparisons.is_empty(),
        "p-values are two-sided and corrected by Holm over all comparisons of the study.",
    );
    say(
        ended.contains(&Status::Diverged),
        "A run that diverged counts as never solved, and makes a mean not finite; none is left out.",
    );
    sentences
}
