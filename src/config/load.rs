//! Reading the files and putting everything together.

mod options;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use toml::de::DeTable;

use super::dashboards::Surroundings;
use super::definitions::Gathered;
use super::effective::{Effective, Override, Told};
use super::files::ReadFrom;
use super::keys::{DASHBOARD, FILE, Shape};
use super::links::{self, OpenLink};
use super::problem::{Problem, Problems, Source};
use super::reader::{Reader, Table, parse, secrets};
use super::settings::apply_environment;
use super::variables::Variables;
use super::{Config, Dashboard};

pub use options::LoadOptions;

/// Files beyond this are no configuration.
const LARGEST: u64 = 4 << 20;
/// Most further files of `dashboards`.
const MOST_FILES: usize = 500;

/// Finds, reads and checks the configuration.
///
/// # Errors
/// Everything that is wrong with it, at once.
pub fn load(options: &LoadOptions) -> Result<Config, Problems> {
    load_checked(options, &mut ReadFrom::default(), &|_| Vec::new())
}

/// As [`load()`]; notes which files it is made of, also when something is wrong with them, and tells what `check`
/// finds wrong with it (what floors above know: its keys) with the rest.
///
/// # Errors
/// As [`load()`].
pub fn load_checked(
    options: &LoadOptions,
    read_from: &mut ReadFrom,
    check: &dyn Fn(&Config) -> Vec<Problem>,
) -> Result<Config, Problems> {
    assembled(options, read_from, check, |assembly, source, problems| {
        assembly.run(source, problems)
    })
}

/// As [`load_checked`]; with where each value is from. `overrides` says what goes before the files and what of
/// the environment this room knows.
///
/// # Errors
/// As [`load()`].
pub fn load_effective(
    options: &LoadOptions,
    check: &dyn Fn(&Config) -> Vec<Problem>,
    overrides: &dyn Fn(&Config) -> Vec<Override>,
) -> Result<Effective, Problems> {
    let mut read_from = ReadFrom::default();
    assembled(
        options,
        &mut read_from,
        check,
        |assembly, source, problems| {
            let config = assembly.run(source, problems)?;
            let told = assembly.told.take();
            let overrides = overrides(&config);
            Ok(told.finish(&config, assembly.variables, assembly.dotenv, &overrides))
        },
    )
}

/// What can be understood of a configuration, whatever is wrong with the rest of it: names to choose from, while
/// somebody types. None where nothing can be read.
pub fn understood(options: &LoadOptions) -> Option<Config> {
    let mut read_from = ReadFrom::default();
    let check = |_: &Config| Vec::new();
    let config = assembled(
        options,
        &mut read_from,
        &check,
        |assembly, source, problems| Ok(assembly.assemble(source, problems).0),
    );
    config.ok()
}

/// Reads what the options name and hands it to `run`.
fn assembled<T>(
    options: &LoadOptions,
    read_from: &mut ReadFrom,
    check: &dyn Fn(&Config) -> Vec<Problem>,
    run: impl FnOnce(&Assembly<'_>, Source, Vec<Problem>) -> Result<T, Problems>,
) -> Result<T, Problems> {
    let found = options.find();
    // One that is gone may come back.
    read_from.files.extend(options.path.clone());
    let path = match found {
        Ok(path) => Some(path),
        // The environment and `.env` say enough.
        Err(_) if !options.built_in.is_empty() && !options.names_a_file() => None,
        Err(problem) => return Err(problem.into()),
    };
    read_from.files = path.iter().cloned().collect();
    let folder = path
        .as_deref()
        .map_or(options.current_dir.as_path(), |path| {
            path.parent().unwrap_or(Path::new(""))
        });
    let mut variables = Variables::new(&options.environment);
    let dotenv_path = folder.join(".env");
    read_from.files.push(dotenv_path.clone());
    let dotenv = options.shorten(&dotenv_path);
    let problems = variables.read_file(&dotenv_path, &dotenv);
    let read = match &path {
        Some(path) => read(path, &options.shorten(path)),
        None => Ok((Source::new("the environment", ""), None)),
    };
    let (source, unreadable) = match read {
        Ok(read) => read,
        Err(problem) => return Err(Problems(problems.into_iter().chain([problem]).collect())),
    };
    let shorten = |path: &Path| options.shorten(path);
    let assembly = Assembly {
        path: path.as_deref(),
        folder,
        variables: &variables,
        dotenv: &dotenv,
        shorten: &shorten,
        built_in: &options.built_in,
        check,
        read_from: RefCell::default(),
        gathered: RefCell::default(),
        told: RefCell::default(),
    };
    let problems = problems.into_iter().chain(unreadable).collect();
    let loaded = run(&assembly, source, problems);
    *read_from = std::mem::take(read_from).with(assembly.read_from.into_inner());
    loaded
}

impl Config {
    /// Checks a configuration that is at hand as a text. `name` is what problems call it, paths in it count
    /// from the current folder, no `.env` is read and `environment` is all there is.
    ///
    /// # Errors
    /// Everything that is wrong with it, at once.
    pub fn from_toml(
        name: &str,
        text: &str,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, Problems> {
        let variables = Variables::new(environment);
        let shorten = |path: &Path| path.display().to_string();
        let assembly = Assembly {
            path: None,
            folder: Path::new(""),
            variables: &variables,
            dotenv: ".env",
            shorten: &shorten,
            built_in: &[],
            check: &|_| Vec::new(),
            read_from: RefCell::default(),
            gathered: RefCell::default(),
            told: RefCell::default(),
        };
        assembly.run(Source::new(name, text), Vec::new())
    }
}

/// Reads a file. Bytes that are no text are a problem each file can have once; the rest is read on.
fn read(path: &Path, name: &str) -> Result<(Source, Option<Problem>), Problem> {
    let cannot = |error: std::io::Error| Problem::of_file(name, format!("cannot be read: {error}"));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(cannot)?;
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Problem::of_file(
            name,
            "is larger than 4 MiB; this is no configuration",
        ));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((Source::new(name, text), None)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let source = Source::new(name, String::from_utf8_lossy(error.as_bytes()));
            let problem = source
                .problem(at..at + 1, "this is not UTF-8")
                .hint("save the file as UTF-8");
            Ok((source, Some(problem)))
        }
    }
}

/// One loading.
struct Assembly<'a> {
    path: Option<&'a Path>,
    folder: &'a Path,
    variables: &'a Variables,
    dotenv: &'a str,
    shorten: &'a dyn Fn(&Path) -> String,
    built_in: &'a [&'static str],
    /// Finds what is wrong with the settings besides.
    check: &'a dyn Fn(&Config) -> Vec<Problem>,
    /// Further files, noted as they are found.
    read_from: RefCell<ReadFrom>,
    gathered: RefCell<Gathered>,
    /// Where each value is from.
    told: RefCell<Told>,
}

impl Assembly<'_> {
    /// The configuration where nothing is wrong with it.
    fn run(&self, source: Source, problems: Vec<Problem>) -> Result<Config, Problems> {
        let (config, problems) = self.assemble(source, problems);
        if problems.is_empty() {
            Ok(config)
        } else {
            Err(Problems(problems))
        }
    }

    /// The configuration as far as it was understood, and everything that is wrong with it.
    fn assemble(&self, mut source: Source, mut problems: Vec<Problem>) -> (Config, Vec<Problem>) {
        let earlier = problems.iter().map(|problem| problem.file.clone());
        let files_told: Vec<String> = earlier.chain([source.name.clone()]).collect();
        let text = source.text.clone();
        let (root, errors) = parse(&text);
        secrets(root.get_ref(), &mut source.secrets);
        let mut reader = Reader::new(&source, self.variables, &errors);
        let file = top(root.get_ref(), &FILE);
        reader.unknown_keys(&file);
        let mut config = Config {
            path: self.path.map(Path::to_path_buf),
            ..Config::default()
        };
        reader.settings_of(&file, self.folder, &mut config);
        let mut told = self.told.borrow_mut();
        told.settings(root.get_ref(), &source, self.variables, self.dotenv);
        let mut around = Surroundings {
            path: self.path.unwrap_or(Path::new("")),
            zone: config.screen.time_zone.clone().unwrap_or_else(system_zone),
            names: BTreeMap::new(),
        };
        if let Some(value) = file.fields.get("dashboard") {
            config.dashboards = reader.dashboards(value, &mut around);
            told.dashboards(value.get_ref(), &source, self.variables, self.dotenv);
            let mut gathered = self.gathered.borrow_mut();
            gathered.add(value.get_ref(), self.variables);
        }
        drop(told);
        let files = self.further_files(&mut reader, &file);
        // A fed viewer is given its dashboards; who asks for a built-in one has one.
        let is_enough = config.viewer.from.is_some() || !self.built_in.is_empty();
        let lacks = config.dashboards.is_empty() && files.is_empty() && !is_enough;
        if lacks && reader.problems.is_empty() {
            reader.missing(
                source.text.len()..source.text.len(),
                "there is no dashboard",
                "add a `[[dashboard]]`, or name files with `dashboards = \"dashboards/*.toml\"`",
            );
        }
        problems.append(&mut reader.problems);
        let mut links = reader.links;
        for path in files {
            let further =
                self.dashboard_file(&path, &mut around, &mut config.dashboards, &mut problems);
            links.extend(further);
        }
        // A dashboard that could not be read is no reason to blame the links to it.
        if problems.is_empty() {
            problems.append(&mut links::check(links, &config.dashboards));
        }
        problems.append(&mut apply_environment(
            self.variables,
            self.dotenv,
            &mut config,
        ));
        for name in self.built_in {
            if let Err(Problems(wrong)) = config.add_built_in(name) {
                problems.extend(wrong);
            }
        }
        if config.dashboards.is_empty() && problems.is_empty() && !is_enough {
            problems.push(
                Problem::of_file(source.name.clone(), "there is no dashboard")
                    .hint("add a `[[dashboard]]`; the files of `dashboards` hold none"),
            );
        }
        problems.append(&mut (self.check)(&config));
        let problems = in_order(problems, files_told);
        if problems.is_empty() {
            let gathered = self.gathered.take();
            config.definitions = gathered.text(&config, around.zone.iana_name());
        }
        (config, problems)
    }

    /// The files that `dashboards` names, sorted by path.
    fn further_files(&self, reader: &mut Reader<'_>, file: &Table<'_>) -> Vec<PathBuf> {
        let Some((shape, value)) = Reader::value(file, "dashboards") else {
            return Vec::new();
        };
        let patterns: Vec<_> = match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => vec![value],
        };
        let mut found = Vec::new();
        for pattern in patterns {
            let Some(text) = reader.expanded("dashboards", Shape::Patterns, pattern) else {
                continue;
            };
            // The folder's own name may hold characters that mean something in a pattern.
            let folder = glob::Pattern::escape(&self.folder.display().to_string());
            let whole = Path::new(&folder).join(&text.value);
            let noted = whole.to_string_lossy().into_owned();
            self.read_from.borrow_mut().patterns.push(noted);
            let paths = match glob::glob(&whole.to_string_lossy()) {
                Ok(paths) => paths.filter_map(Result::ok).filter(|path| path.is_file()),
                Err(error) => {
                    let message = format!("this is not a pattern: {}", error.msg);
                    reader.wrong_text(&text, &message, format!("write {}", shape.describe()));
                    continue;
                }
            };
            let before = found.len();
            found.extend(paths.take(MOST_FILES + 1));
            if found.len() == before {
                reader.wrong(
                    text.span.clone(),
                    "no file matches this pattern",
                    "the path counts from the folder of this file",
                );
            }
            if found.len() > MOST_FILES {
                reader.wrong(text.span, "more than 500 files match", "");
                found.truncate(MOST_FILES);
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// Reads a file of dashboards: `[[dashboard]]` tables, or one dashboard without a header. Returns
    /// the links in it.
    fn dashboard_file(
        &self,
        path: &Path,
        around: &mut Surroundings<'_>,
        dashboards: &mut Vec<Dashboard>,
        problems: &mut Vec<Problem>,
    ) -> Vec<OpenLink> {
        let (mut source, unreadable) = match read(path, &(self.shorten)(path)) {
            Ok(read) => read,
            Err(problem) => {
                problems.push(problem);
                return Vec::new();
            }
        };
        problems.extend(unreadable);
        let text = source.text.clone();
        let (root, errors) = parse(&text);
        secrets(root.get_ref(), &mut source.secrets);
        let mut reader = Reader::new(&source, self.variables, &errors);
        let mut inner = Surroundings {
            path,
            zone: around.zone.clone(),
            names: std::mem::take(&mut around.names),
        };
        let fields = root.get_ref();
        if let Some(value) = fields.get("dashboard") {
            let file = top(fields, &FILE);
            reader.unknown_keys(&file);
            reader.no_settings(&file);
            dashboards.extend(reader.dashboards(value, &mut inner));
            let mut gathered = self.gathered.borrow_mut();
            gathered.add(value.get_ref(), self.variables);
            let mut told = self.told.borrow_mut();
            told.dashboards(value.get_ref(), &source, self.variables, self.dotenv);
        } else {
            let table = top(fields, &DASHBOARD);
            reader.unknown_keys(&table);
            dashboards.extend(reader.dashboard(&table, &mut inner));
            let mut gathered = self.gathered.borrow_mut();
            gathered.add_table(fields, self.variables);
            let mut told = self.told.borrow_mut();
            told.dashboard(fields, &source, self.variables, self.dotenv);
        }
        around.names = inner.names;
        problems.append(&mut reader.problems);
        reader.links
    }
}

/// The system's zone; UTC where the system does not say.
pub(super) fn system_zone() -> TimeZone {
    let zone = TimeZone::system();
    if zone.is_unknown() {
        TimeZone::UTC
    } else {
        zone
    }
}

fn top<'t>(fields: &'t DeTable<'t>, section: &'static super::keys::Section) -> Table<'t> {
    Table {
        section,
        fields,
        span: 0..0,
    }
}

/// File by file, first these and then as they were first told of, and in each from its first line to its last,
/// whatever found them.
fn in_order(mut problems: Vec<Problem>, mut files: Vec<String>) -> Vec<Problem> {
    for problem in &problems {
        if !files.contains(&problem.file) {
            files.push(problem.file.clone());
        }
    }
    problems.sort_by_key(|problem| {
        let file = files.iter().position(|file| *file == problem.file);
        (file, problem.line, problem.column)
    });
    problems
}
