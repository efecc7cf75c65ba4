//! The path of a request: `[/s:<service id>][/json]/<verb>/<namespace>[/<collection>[/<id>]]`.

use auraxis_core::environment::Environment;

use super::error::RestError;
use crate::service_id;

/// What to do with the matching rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Count,
}

/// A parsed path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) verb: Verb,
    pub(crate) environment: Environment,
    pub(crate) collection: Option<String>,
    pub(crate) id: Option<String>,
}

impl Address {
    pub(crate) fn parse(path: &str) -> Result<Self, RestError> {
        let mut parts = path.split('/').filter(|part| !part.is_empty()).map(decode).peekable();
        if let Some(id) = parts.next_if(|part| part.starts_with("s:"))
            && id == service_id::REFUSED
        {
            return Err(RestError::UnregisteredServiceId);
        }
        parts.next_if(|part| part == "json");
        let verb = match parts.next().as_deref() {
            Some("get") => Verb::Get,
            Some("count") => Verb::Count,
            _ => return Err(RestError::BadSyntax),
        };
        let namespace = parts.next().ok_or(RestError::ServerError)?;
        let name = namespace.strip_suffix(":v1").or(namespace.strip_suffix(":v2")).unwrap_or(&namespace);
        let environment = name.parse().map_err(|_| RestError::NoData)?;
        let collection = parts.next();
        // A common mistake: `&` instead of `?`.
        if collection.as_ref().is_some_and(|name| name.contains(['&', '='])) {
            return Err(RestError::BadSyntax);
        }
        Ok(Self { verb, environment, collection, id: parts.next() })
    }
}

/// Decodes percent escapes. Plus and ampersand have no special meaning in a path.
fn decode(part: &str) -> String {
    let pair = format!("={}", part.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed() {
        let expected =
            Address { verb: Verb::Get, environment: Environment::Pc, collection: Some("character".into()), id: None };
        for path in [
            "/s:example/get/ps2/character",
            "/s%3Aexample/get/ps2%3Av2/character/",
            "/s:example/json/get/ps2:v1/character",
            "/get/ps2/character",
            "//get/ps2:v2/character",
        ] {
            assert_eq!(Address::parse(path), Ok(expected.clone()), "{path}");
        }
        let count = Address::parse("/count/ps2ps4eu:v2/title/5").unwrap();
        assert_eq!((count.verb, count.environment, count.id.as_deref()), (Verb::Count, Environment::Ps4Eu, Some("5")));
    }

    #[test]
    fn invalid_paths_are_errors() {
        for (path, error) in [
            ("/", RestError::BadSyntax),
            ("/fetch/ps2/item", RestError::BadSyntax),
            ("/get/ps2/item&field=value", RestError::BadSyntax),
            ("/get/", RestError::ServerError),
            ("/get/bogus/", RestError::NoData),
            ("/s:refused/get/ps2/item", RestError::UnregisteredServiceId),
        ] {
            assert_eq!(Address::parse(path), Err(error), "{path}");
        }
    }
}
