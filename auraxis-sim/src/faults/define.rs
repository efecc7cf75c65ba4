//! The macro behind the table of faults.

/// Parses or writes one part of a fault: literal words, a field of one word, or in parentheses a field that consists of
/// all remaining words.
macro_rules! part {
    (read $words:ident $literal:literal) => {
        for word in $literal.split(' ') {
            if $words.next() != Some(word) {
                return None;
            }
        }
    };
    (read $words:ident $field:ident) => {
        let $field = ScriptValue::from_word($words.next()?)?;
    };
    (read $words:ident ($field:ident)) => {
        let $field = Vec::from_iter(&mut $words).join(" ");
        if $field.is_empty() {
            return None;
        }
    };
    (write $words:ident $literal:literal) => {
        $words.push($literal.to_owned());
    };
    (write $words:ident $field:ident) => {
        $words.push(ScriptValue::to_word($field));
    };
    (write $words:ident ($field:ident)) => {
        $words.push($field.clone());
    };
}

macro_rules! faults {
    ($(
        $(#[doc = $doc:literal])+
        $scope:ident $name:ident $({ $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty),+ })?
            = [$($part:tt)+] $(or $tail:literal)?;
            $example:literal;
            $expected:literal;
    )+) => {
        /// A fault of the event stream or of REST.
        ///
        /// [`FromStr`](std::str::FromStr) and [`Display`](fmt::Display) use the syntax of a [`Script`](super::Script).
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Fault {
            $(
                $(#[doc = $doc])+
                #[doc = concat!("\n\n`", $example, "`")]
                $name $({ $($(#[doc = $field_doc])+ $field: $type),+ })?,
            )+
        }

        impl Fault {
            /// Returns a description of every fault.
            #[must_use]
            pub const fn catalog() -> &'static [FaultInfo] {
                &[
                    $( FaultInfo { example: $example, description: concat!($($doc),+), expected: $expected }, )+
                ]
            }

            /// Returns what a perfect client does.
            #[must_use]
            pub const fn expected(&self) -> &'static str {
                match self {
                    $( Self::$name { .. } => $expected, )+
                }
            }

            pub(crate) const fn scope(&self) -> Scope {
                match self {
                    $( Self::$name { .. } => Scope::$scope, )+
                }
            }

            /// Parses a fault. Optional words that are omitted at the end are filled in.
            pub(super) fn read(text: &str) -> Option<Self> {
                type Reader = fn(&str) -> Option<Fault>;
                let readers: &[(Reader, &str)] = &[
                    $( (
                        |text| {
                            let mut words = text.split_whitespace();
                            $( part!(read words $part); )+
                            words.next().is_none().then_some(Fault::$name $({ $($field),+ })?)
                        },
                        concat!($($tail)?),
                    ), )+
                ];
                readers.iter().find_map(|(read, tail)| read(text).or_else(|| read(&format!("{text} {tail}"))))
            }
        }

        impl fmt::Display for Fault {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut words = Vec::new();
                match self {
                    $( Self::$name $({ $($field),+ })? => { $( part!(write words $part); )+ } )+
                }
                f.write_str(&words.join(" "))
            }
        }
    };
}
