//! A result folder as `verify`, `compare` and `report` read it: also one that was stored without its journal and manifest, as
//! committed results are.

use super::failure::Failure;
use super::terminal::Terminal;
use deltalab_lab::{Plan, Spec, SpecText};
use deltalab_results::{Cell, Folder, Manifest, Record, Source, Stored, Study, journal};
use std::path::{Path, PathBuf};

/// A folder with its runs.
#[derive(Debug)]
pub struct StoredFolder {
    /// The folder.
    pub folder: Folder,
    /// Its manifest, where there is one.
    pub manifest: Option<Manifest>,
    /// The runs that the study asks for, in the order of the plan; those of its tuning after them.
    pub records: Vec<Record>,
    /// Where they were read from.
    pub source: Source,
}

impl StoredFolder {
    /// Reads the runs of the folder `dir`. Damaged journal lines are warned of.
    pub fn open(dir: &Path, terminal: &Terminal) -> Result<Self, Failure> {
        let folder = Folder::at(dir);
        let manifest = match folder.is_result_folder() {
            true => Some(folder.read_manifest()?),
            false => None,
        };
        let there = manifest.is_some() || dir.join("spec.toml").is_file();
        if !there {
            return Err(deltalab_results::Error::NotAResultFolder { path: dir.to_owned() }.into());
        }
        let Stored { records, source, damaged } = folder.stored()?;
        for damaged in damaged {
            terminal.warn(format_args!("{damaged}; its run counts as missing"));
        }
        Ok(Self { folder, manifest, records, source })
    }

    /// The plan of its `spec.toml`, tuned cells with the values that were chosen; files that the spec names are looked for in
    /// `data`, or else in the folder itself.
    pub fn plan(&self, data: Option<&PathBuf>) -> Result<Plan, Failure> {
        let mut text = SpecText::read(&self.folder.path().join("spec.toml"))?;
        if let Some(data) = data {
            text.folder.clone_from(data);
        }
        let mut plan = Plan::new(&Spec::parse(&text, &[])?)?;
        match self.source {
            Source::Journal => plan.choose(&self.records),
            Source::Tables | Source::RunsTable => {
                plan.choose_again(|id| self.records.iter().any(|record| record.cell == id));
            }
        }
        Ok(plan)
    }

    /// What the folder is about: from the manifest, else from the spec. The runs are then those that it asks for.
    pub fn study(&mut self) -> Result<Study, Failure> {
        let study = match &self.manifest {
            Some(manifest) => manifest.study.clone(),
            None => self.plan(None)?.study,
        };
        self.records = journal::in_order(std::mem::take(&mut self.records), &study);
        self.records.truncate(self.records.partition_point(|record| study.asks_for(record)));
        Ok(study)
    }

    /// Its path, as it was typed.
    pub fn name(&self) -> String {
        self.folder.path().display().to_string()
    }
}

/// The spec of a folder and its plan; files that it names are looked for in `data`, or else in the folder itself.
pub fn spec_of(
    folder: &Folder,
    data: Option<&Path>,
    terminal: &Terminal,
) -> Result<(Spec, Plan), Failure> {
    let path = folder.path().join("spec.toml");
    if !path.is_file() && !folder.is_result_folder() {
        let path = folder.path().to_path_buf();
        return Err(deltalab_results::Error::NotAResultFolder { path }.into());
    }
    let mut text = SpecText::read(&path)?;
    if let Some(data) = data {
        text.folder = data.to_path_buf();
    }
    let spec = Spec::parse(&text, &[])?;
    let plan = Plan::new(&spec).inspect_err(|problems| {
        if data.is_none() && problems.to_string().contains("cannot read") {
            terminal.say(DATA_HINT);
        }
    })?;
    Ok((spec, plan))
}

/// What helps where a data file is not found.
pub const DATA_HINT: &str =
    "Data files are looked for in the folder itself; --data FOLDER names another place.";

/// What a cell is called beside others: its learner, and in parentheses its values on the axes, each called by the last part of
/// its path where no other axis ends alike.
pub fn cell_name(study: &Study, cell: &Cell) -> String {
    let last = |axis: &str| axis.rsplit('.').next().unwrap_or_default().to_owned();
    let short = |axis: &String| {
        let alike = study.axes.iter().filter(|other| last(other) == last(axis)).count();
        if alike > 1 { axis.clone() } else { last(axis) }
    };
    let axes = study.axes.iter().zip(&cell.axes);
    let axes: Vec<String> = axes
        .filter_map(|(axis, value)| Some(format!("{} = {}", short(axis), value.as_ref()?)))
        .collect();
    match axes.is_empty() {
        true => cell.learner.clone(),
        false => format!("{} ({})", cell.learner, axes.join(", ")),
    }
}
