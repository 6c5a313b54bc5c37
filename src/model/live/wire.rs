//! The payload's JSON and the flat fields of a stream entry.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{LiveError, LiveEvent, LiveItem, LiveLevel, LiveSample, MAX_PAYLOAD, VERSION};
use super::{check_metric, plain, shown};
use crate::model::time::Moment;

#[derive(Default, Deserialize)]
struct Payload<'a> {
    v: Option<Value>,
    #[serde(borrow)]
    metric: Option<Cow<'a, str>>,
    value: Option<Value>,
    #[serde(borrow)]
    event: Option<Cow<'a, str>>,
    #[serde(borrow)]
    level: Option<Cow<'a, str>>,
    #[serde(borrow)]
    ts: Option<Cow<'a, str>>,
    labels: Option<Map<String, Value>>,
}

pub(super) fn from_json(json: &[u8], default_at: Moment) -> Result<LiveItem, LiveError> {
    if json.len() > MAX_PAYLOAD {
        return Err(LiveError::Size(json.len()));
    }
    match serde_json::from_slice::<Payload>(json) {
        Ok(payload) => payload.into_item(default_at),
        Err(error) => Err(newer(json).unwrap_or_else(|| not_json(&error))),
    }
}

fn not_json(error: &serde_json::Error) -> LiveError {
    LiveError::Json(plain(&error.to_string()))
}

/// A newer version's fields may have other types: then its version is the news, not the type.
fn newer(json: &[u8]) -> Option<LiveError> {
    let Ok(Value::Object(fields)) = serde_json::from_slice::<Value>(json) else {
        return None;
    };
    let metric = fields.get("metric").and_then(Value::as_str);
    check_version(fields.get("v")?, metric).err()
}

fn check_version(v: &Value, metric: Option<&str>) -> Result<(), LiveError> {
    let known = match v {
        Value::Number(number) => number.as_u64() == Some(VERSION),
        Value::String(text) => text.parse() == Ok(VERSION),
        _ => false,
    };
    if known {
        return Ok(());
    }
    let version = match v {
        Value::String(text) => shown(text),
        other => shown(&other.to_string()),
    };
    Err(LiveError::Version {
        version,
        metric: metric
            .filter(|name| check_metric(name).is_ok())
            .map(str::to_owned),
    })
}

impl Payload<'_> {
    fn into_item(self, default_at: Moment) -> Result<LiveItem, LiveError> {
        if let Some(v) = &self.v {
            check_version(v, self.metric.as_deref())?;
        }
        let at = self.ts.as_deref().map_or(Ok(default_at), moment)?;
        let labels = labels(self.labels.unwrap_or_default())?;
        if let Some(metric) = self.metric {
            let text = match self.value {
                Some(Value::Number(number)) => number.to_string(),
                Some(Value::String(text)) => text,
                Some(other) => return Err(LiveError::Value(shown(&other.to_string()))),
                None => return Err(LiveError::Value("(missing)".to_owned())),
            };
            return LiveSample::new(&metric, &text, at, labels).map(LiveItem::Sample);
        }
        let text = self.event.ok_or(LiveError::Nameless)?;
        let level = match self.level {
            Some(name) => {
                LiveLevel::from_name(&name).ok_or_else(|| LiveError::Level(shown(&name)))?
            }
            None => LiveLevel::default(),
        };
        Ok(LiveItem::Event(LiveEvent {
            text: plain(&text),
            level,
            at,
            labels,
        }))
    }
}

fn moment(text: &str) -> Result<Moment, LiveError> {
    text.parse::<jiff::Timestamp>()
        .map(|timestamp| Moment(timestamp.as_microsecond()))
        .map_err(|_| LiveError::Time(shown(text)))
}

fn labels(map: Map<String, Value>) -> Result<BTreeMap<String, String>, LiveError> {
    map.into_iter()
        .map(|(name, value)| match value {
            Value::String(text) => Ok((plain(&name), plain(&text))),
            Value::Number(number) => Ok((plain(&name), number.to_string())),
            Value::Bool(truth) => Ok((plain(&name), truth.to_string())),
            Value::Null | Value::Array(_) | Value::Object(_) => Err(LiveError::Label(shown(&name))),
        })
        .collect()
}

pub(super) fn from_fields<'a>(
    fields: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    default_at: Moment,
) -> Result<LiveItem, LiveError> {
    let mut payload = Payload::default();
    let mut single = Map::new();
    let mut size = 0;
    for (name, value) in fields {
        if name == b"json" {
            return from_json(value, default_at);
        }
        size += name.len() + value.len();
        if size > MAX_PAYLOAD {
            return Err(LiveError::Size(size));
        }
        let Ok(name) = std::str::from_utf8(name) else {
            continue;
        };
        let text = || {
            std::str::from_utf8(value)
                .map_err(|_| LiveError::Json(format!("the field `{}` is not UTF-8", shown(name))))
        };
        match name {
            "v" => payload.v = Some(Value::String(text()?.to_owned())),
            "metric" => payload.metric = Some(Cow::Borrowed(text()?)),
            "value" => payload.value = Some(Value::String(text()?.to_owned())),
            "event" => payload.event = Some(Cow::Borrowed(text()?)),
            "level" => payload.level = Some(Cow::Borrowed(text()?)),
            "ts" => payload.ts = Some(Cow::Borrowed(text()?)),
            "labels" => {
                payload.labels =
                    Some(serde_json::from_str(text()?).map_err(|error| not_json(&error))?);
            }
            _ => {
                if let Some(label) = name.strip_prefix("label.") {
                    single.insert(label.to_owned(), Value::String(text()?.to_owned()));
                }
            }
        }
    }
    payload.labels.get_or_insert_default().extend(single);
    payload.into_item(default_at)
}

#[derive(Serialize)]
struct Written<'a> {
    v: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    metric: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<&'a str>,
    ts: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
}

pub(super) fn to_json(item: &LiveItem) -> String {
    let written = match item {
        LiveItem::Sample(sample) => Written {
            v: VERSION,
            metric: Some(&sample.metric),
            value: Some(&sample.text),
            event: None,
            level: None,
            ts: timestamp(sample.at),
            labels: &sample.labels,
        },
        LiveItem::Event(event) => Written {
            v: VERSION,
            metric: None,
            value: None,
            event: Some(&event.text),
            level: Some(event.level.name()),
            ts: timestamp(event.at),
            labels: &event.labels,
        },
    };
    // Text and text maps always have a JSON form.
    serde_json::to_string(&written).unwrap_or_default()
}

/// With six fraction digits; moments beyond the calendar are held at its ends.
fn timestamp(at: Moment) -> String {
    let timestamp = jiff::Timestamp::from_microsecond(at.0).unwrap_or(if at.0 < 0 {
        jiff::Timestamp::MIN
    } else {
        jiff::Timestamp::MAX
    });
    format!("{timestamp:.6}")
}
