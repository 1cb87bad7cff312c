//! The points of the grid, as one learner sees them.

use crate::node::Node;
use crate::spec::axes::Axis;
use crate::spec::{Learner, Section, Spec};

/// The points of the grid that differ for one learner.
pub(super) struct Points {
    /// For each axis the points that differ; of each, per column, its index if the column concerns the learner.
    axes: Vec<Vec<Vec<Option<usize>>>>,
}

/// One choice per axis.
pub(super) struct Point<'a> {
    chosen: Vec<&'a [Option<usize>]>,
}

impl Points {
    pub fn new(spec: &Spec, learner: &Learner) -> Self {
        Self::over(&spec.axes, learner)
    }

    pub fn over(axes: &[Axis], learner: &Learner) -> Self {
        Self { axes: axes.iter().map(|axis| differing(axis, learner)).collect() }
    }

    pub fn count(&self) -> u64 {
        self.axes.iter().map(|axis| axis.len() as u64).fold(1, u64::saturating_mul)
    }

    /// Every point, the last axis fastest.
    pub fn for_each(&self, mut visit: impl FnMut(&Point)) {
        if self.axes.iter().any(Vec::is_empty) {
            return;
        }
        let mut digits = vec![0; self.axes.len()];
        loop {
            let chosen = self
                .axes
                .iter()
                .zip(&digits)
                .map(|(axis, &digit)| axis[digit].as_slice())
                .collect();
            visit(&Point { chosen });
            let Some(axis) =
                (0..digits.len()).rev().find(|&axis| digits[axis] + 1 < self.axes[axis].len())
            else {
                return;
            };
            digits[axis] += 1;
            digits[axis + 1..].fill(0);
        }
    }
}

/// All points if all columns concern the learner; else those that differ in the columns that do, one if none does.
fn differing(axis: &Axis, learner: &Learner) -> Vec<Vec<Option<usize>>> {
    let concerns: Vec<_> =
        axis.columns.iter().map(|column| column.target.applies_to(learner)).collect();
    let view = |point: usize| concerns.iter().map(|&concerns| concerns.then_some(point)).collect();
    if concerns.iter().all(|&concerns| concerns) {
        return (0..axis.points.len()).map(view).collect();
    }
    let same = |a: usize, b: usize| {
        let values = axis.points[a].iter().zip(&axis.points[b]).zip(&concerns);
        values.filter(|(_, concerns)| **concerns).all(|((a, b), _)| a == b)
    };
    let mut kept: Vec<usize> = Vec::new();
    for point in 0..axis.points.len() {
        if !kept.iter().any(|&earlier| same(earlier, point)) {
            kept.push(point);
        }
    }
    kept.into_iter().map(view).collect()
}

impl Point<'_> {
    /// The value on an axis and column; `None` where the column does not concern the learner.
    pub fn value<'s>(&self, spec: &'s Spec, axis: usize, column: usize) -> Option<&'s Node> {
        Some(&spec.axes[axis].points[self.chosen[axis][column]?][column])
    }

    /// The choice on each axis, column by column.
    pub fn choices(&self) -> Vec<Vec<Option<usize>>> {
        self.chosen.iter().map(|columns| columns.to_vec()).collect()
    }

    /// Axis, column and point of each value that changes a section; shorter paths first, so that a value inside a table
    /// that another axis sets is set after it.
    pub fn touching(&self, spec: &Spec, section: Section) -> Vec<(usize, usize, usize)> {
        let mut touching = Vec::new();
        for (a, axis) in spec.axes.iter().enumerate() {
            for (c, column) in axis.columns.iter().enumerate() {
                if let Some(point) = self.chosen[a][c].filter(|_| column.target.section == section)
                {
                    touching.push((a, c, point));
                }
            }
        }
        touching.sort_by_key(|&(a, c, _)| spec.axes[a].columns[c].target.keys.len());
        touching
    }

    /// The value in each column, as text.
    pub fn axes(&self, spec: &Spec) -> Vec<Option<String>> {
        let columns = |a: usize| (0..spec.axes[a].columns.len()).map(move |c| (a, c));
        (0..spec.axes.len())
            .flat_map(columns)
            .map(|(a, c)| self.value(spec, a, c).map(Node::label))
            .collect()
    }
}
