//! PostgreSQL's parser, asked what it reads.

use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use kpi_dashboard::demo::servers::{Postgres, PostgresOptions};
use tokio::runtime::Runtime;
use tokio_postgres::{AsyncMessage, Client, NoTls, SimpleQueryMessage};

/// A private server whose parser tells what it read.
pub struct Parser {
    runtime: Runtime,
    client: Client,
    trees: Arc<Mutex<Vec<String>>>,
    _server: Postgres,
}

/// What one statement came to.
#[derive(Debug, PartialEq)]
pub struct Read {
    /// The parse tree without constants, names of columns and places.
    pub tree: String,
    /// The only column's name and, of its only row, the value.
    pub column: String,
    pub value: Option<String>,
}

impl Parser {
    pub fn start() -> Self {
        let server = Postgres::start(&PostgresOptions::default()).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let trees = Arc::new(Mutex::new(Vec::new()));
        let client = runtime.block_on(async {
            let config: tokio_postgres::Config = server.url("postgres").parse().unwrap();
            let (client, mut connection) = config.connect(NoTls).await.unwrap();
            let told = Arc::clone(&trees);
            tokio::spawn(async move {
                let mut messages = stream::poll_fn(move |cx| connection.poll_message(cx));
                while let Some(Ok(message)) = messages.next().await {
                    if let AsyncMessage::Notice(notice) = message
                        && notice.message() == "parse tree:"
                    {
                        let tree = notice.detail().unwrap_or_default().to_owned();
                        told.lock().unwrap().push(tree);
                    }
                }
            });
            let settings = "set debug_print_parse = on; set debug_pretty_print = off; \
                            set client_min_messages = log";
            client.batch_execute(settings).await.unwrap();
            client
        });
        Self {
            runtime,
            client,
            trees,
            _server: server,
        }
    }

    /// Has the server parse and run `sql`, which must be one statement.
    pub fn read(&self, sql: &str) -> Result<Read, String> {
        self.trees.lock().unwrap().clear();
        let answer = self.runtime.block_on(self.client.simple_query(sql));
        let messages = answer.map_err(|error| format!("{sql}\n{error:?}"))?;
        let trees = std::mem::take(&mut *self.trees.lock().unwrap());
        let [tree] = trees.as_slice() else {
            return Err(format!("{sql}\nis {} statements", trees.len()));
        };
        let mut read = Read {
            tree: masked(tree),
            column: String::new(),
            value: None,
        };
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    read.column = columns
                        .first()
                        .map_or_else(String::new, |one| one.name().to_owned());
                }
                SimpleQueryMessage::Row(row) => {
                    read.value = row.try_get(0).ok().flatten().map(str::to_owned);
                }
                _ => {}
            }
        }
        Ok(read)
    }
}

/// The tree without what may differ: values of constants, names of columns, places in the text.
fn masked(tree: &str) -> String {
    let words: Vec<&str> = tree.split_whitespace().collect();
    let mut masked = Vec::new();
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        masked.push(word);
        at += 1;
        let skip_to = |end: &dyn Fn(&str) -> bool| {
            let length = words[at..].iter().position(|word| end(word));
            at + length.expect("the end of a field")
        };
        if word == ":constvalue" && words[at] != "<>" {
            at = skip_to(&|word| word.starts_with(']'));
        } else if word == ":resname" {
            at = skip_to(&|word| word == ":ressortgroupref");
        } else if ["location", "_len", "_start", "_end"]
            .iter()
            .any(|end| word.starts_with(':') && word.ends_with(end))
        {
            let number = words[at];
            let digits = number
                .trim_start_matches('-')
                .trim_start_matches(|c: char| c.is_ascii_digit());
            masked.push(digits);
            at += 1;
        }
    }
    masked.join(" ")
}
