//! Where a value is from.

use std::fmt;

use serde::Serialize;

use crate::config::secret::is_secret_name;
use crate::config::variables::Variables;

/// Where a value is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum Origin {
    /// The command line.
    Flag {
        /// `--ascii`.
        name: String,
    },
    /// A variable of the process's environment.
    Environment {
        /// Its name.
        name: String,
    },
    /// A variable of the file beside the configuration.
    Dotenv {
        /// Its name.
        name: String,
        /// The file.
        file: String,
    },
    /// A file of the configuration.
    File {
        /// Its name.
        file: String,
        /// From 1.
        line: usize,
        /// Where the variables in the text are from.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        variables: Vec<Origin>,
    },
    /// The default that stands beside a variable nobody set: `${NAME:-default}`.
    Inline {
        /// The variable's name.
        name: String,
    },
    /// The program.
    Default,
    /// Nobody.
    Unset,
}

/// Where the environment's variable `name` is from.
pub(super) fn variable(name: &str, variables: &Variables, dotenv: &str) -> Origin {
    let name = name.to_owned();
    if variables.in_process(&name) {
        Origin::Environment { name }
    } else if variables.get(&name).is_some() {
        Origin::Dotenv {
            name,
            file: dotenv.to_owned(),
        }
    } else {
        Origin::Inline { name }
    }
}

impl Origin {
    /// A variable of a telling name has a part in it: what it stands for is nobody's business.
    pub(super) fn is_telling(&self) -> bool {
        match self {
            Self::File { variables, .. } => variables.iter().any(|variable| match variable {
                Self::Environment { name } | Self::Dotenv { name, .. } | Self::Inline { name } => {
                    is_secret_name(name)
                }
                _ => false,
            }),
            _ => false,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag { name } => f.write_str(name),
            Self::Environment { name } => write!(f, "{name} in the environment"),
            Self::Dotenv { name, file } => write!(f, "{name} in {file}"),
            Self::File {
                file,
                line,
                variables,
            } => {
                write!(f, "{file}:{line}")?;
                for variable in variables {
                    write!(f, ", {variable}")?;
                }
                Ok(())
            }
            Self::Inline { name } => write!(f, "{name} is not set"),
            Self::Default => f.write_str("default"),
            Self::Unset => f.write_str("not set"),
        }
    }
}
