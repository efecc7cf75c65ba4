//! Errors, as the real API words them.

use serde_json::{Value, json};

/// Why a query is not answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// There is no such collection or namespace.
    NoData,
    /// The address is malformed.
    BadSyntax,
    /// The service id is not registered.
    Unregistered,
    /// The query is incomplete.
    Server,
    /// The search term is unknown; these are the known ones.
    UnknownTerm(&'static [&'static str]),
    /// The value of this field must be a number.
    NotANumber(String),
    /// The value of this command must be a whole number.
    NotWhole(&'static str),
    /// A pattern for this field has fewer than three characters.
    TooShort(String),
    /// `c:show` names no known field.
    NothingToShow,
    /// `c:distinct` names an unknown field.
    NothingDistinct,
}

impl Refusal {
    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let detail = match self {
            Self::NoData => return json!({ "error": "No data found." }),
            Self::BadSyntax => return json!({ "error": "Bad request syntax." }),
            Self::Unregistered => {
                return json!({ "error": "Provided Service ID is not registered.  A valid Service ID is required for \
                    continued api use. (http://census.daybreakgames.com/#devSignup)" });
            }
            Self::Server => return json!({ "errorCode": "SERVER_ERROR" }),
            Self::UnknownTerm(fields) => {
                format!("Invalid search term. Valid search terms: [{}]", fields.join(", "))
            }
            Self::NotANumber(field) => format!("Invalid search term: {field}. Value must be a number."),
            Self::NotWhole(command) => format!("Invalid search term: {command}. Value must be a whole number."),
            Self::TooShort(field) => {
                format!("Invalid search value for term: {field}. Regex query must have at least 3 characters.")
            }
            Self::NothingToShow => "c:show or c:hide resulted in no valid terms.".to_owned(),
            Self::NothingDistinct => "Invalid distinct value".to_owned(),
        };
        json!({ "errorCode": "SERVER_ERROR", "errorMessage": format!("INVALID_SEARCH_TERM: {detail}") })
    }
}
