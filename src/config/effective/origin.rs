//! Where a value is from.

use std::fmt;

use serde::Serialize;

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
    /// The program; for a variable inside a text, the default that stands beside it.
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
        Origin::Default
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
                    match variable {
                        Self::Default => f.write_str(", its default")?,
                        variable => write!(f, ", {variable}")?,
                    }
                }
                Ok(())
            }
            Self::Default => f.write_str("default"),
            Self::Unset => f.write_str("not set"),
        }
    }
}
