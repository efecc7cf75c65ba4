//! Errors, in the wording of the real API.

use serde_json::{Value, json};

/// An error of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RestError {
    /// The collection or namespace does not exist.
    NoData,
    /// The URL is malformed.
    BadSyntax,
    /// The service id is not registered.
    UnregisteredServiceId,
    /// The query is incomplete.
    ServerError,
    /// The search term is not one of these fields.
    UnknownTerm(&'static [&'static str]),
    /// The value of this field must be a number.
    NotANumber(String),
    /// The value of this command must be an integer.
    NotAnInteger(&'static str),
    /// A pattern for this field has fewer than three characters.
    PatternTooShort(String),
    /// `c:show` contains only unknown fields.
    NoFieldsLeft,
    /// `c:distinct` contains an unknown field.
    InvalidDistinct,
}

impl RestError {
    /// Returns the body of the response.
    pub(crate) fn body(&self) -> Value {
        let detail = match self {
            Self::NoData => return json!({ "error": "No data found." }),
            Self::BadSyntax => return json!({ "error": "Bad request syntax." }),
            Self::UnregisteredServiceId => {
                return json!({ "error": "Provided Service ID is not registered.  A valid Service ID is required for \
                    continued api use. (http://census.daybreakgames.com/#devSignup)" });
            }
            Self::ServerError => return json!({ "errorCode": "SERVER_ERROR" }),
            Self::UnknownTerm(fields) => {
                format!("Invalid search term. Valid search terms: [{}]", fields.join(", "))
            }
            Self::NotANumber(field) => format!("Invalid search term: {field}. Value must be a number."),
            Self::NotAnInteger(command) => format!("Invalid search term: {command}. Value must be a whole number."),
            Self::PatternTooShort(field) => {
                format!("Invalid search value for term: {field}. Regex query must have at least 3 characters.")
            }
            Self::NoFieldsLeft => "c:show or c:hide resulted in no valid terms.".to_owned(),
            Self::InvalidDistinct => "Invalid distinct value".to_owned(),
        };
        json!({ "errorCode": "SERVER_ERROR", "errorMessage": format!("INVALID_SEARCH_TERM: {detail}") })
    }
}
