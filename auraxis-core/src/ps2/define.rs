//! The macros behind the tables: each row generates a struct with its trait implementations.
//!
//! A row is decoded field by field, straight into local variables. What the struct cannot represent becomes its
//! [`Extra`](crate::census::Extra).

/// The name of a field on the wire: that of the struct's field by default.
macro_rules! wire_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// The marker for how a field can be empty; [`Plain`](crate::census::field::Plain) by default.
macro_rules! presence {
    () => {
        $crate::census::field::Plain
    };
    (OneOrMany) => {
        $crate::ps2::list::OneOrMany
    };
    ($presence:ident) => {
        $crate::census::field::$presence
    };
}

/// Methods of all types with a certain field.
macro_rules! field_methods {
    (image_id, $name:ident) => {
        impl $name {
            /// Returns the URL of the image, a PNG.
            #[must_use]
            pub fn image(&self) -> Option<String> {
                Option::from(self.image_id).map($crate::ps2::image_url)
            }
        }
    };
    ($other:ident, $name:ident) => {};
}

/// Overrides for collections whose rows are not simply looked up by the given id.
macro_rules! id_hook {
    (key $function:path) => {
        fn key(id: Self::Id) -> Self::Id {
            $function(id)
        }
    };
    (fallback $function:path) => {
        fn fallback(id: Self::Id) -> Option<Self> {
            $function(id)
        }
    };
}

/// Implementations of the traits named in the table.
macro_rules! trait_impl {
    (Named, $name:ident) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&self.name, f)
            }
        }

        impl $crate::census::Named for $name {
            fn by_name(name: &str, locale: $crate::ps2::Locale) -> $crate::census::Query {
                $crate::census::Query::of::<Self>().filter(format!("name.{locale}"), name).ignore_case()
            }

            fn is_called(&self, name: &str, locale: $crate::ps2::Locale) -> bool {
                self.name.is(name, locale)
            }
        }
    };
}

/// A struct that is decoded from an object and encoded as one.
macro_rules! object_of {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $(#[$doc:meta])* $field:ident $(as $wire:literal)?: $type:ty $(= $presence:ident)?, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$doc])* pub $field: $type, )*
            /// The fields that the struct does not have.
            pub extra: $crate::census::Extra,
        }

        impl $crate::census::field::Object for $name {
            fn read<'de, A: serde::de::MapAccess<'de>>(
                fields: &mut $crate::census::field::Fields<A>,
            ) -> Result<Self, A::Error> {
                use $crate::{census::field::{Presence, is_named}, ps2::define::{presence, wire_name}};
                $( let mut $field: Option<$type> = None; )*
                while let Some(key) = fields.next_key()? {
                    $( if is_named::<$type, presence!($($presence)?)>(wire_name!($field $($wire)?), &key) {
                        let name = wire_name!($field $($wire)?);
                        <presence!($($presence)?) as Presence<$type>>::read(&mut $field, name, key, fields)?;
                    } else )* {
                        fields.keep(key)?;
                    }
                }
                Ok(Self {
                    $( $field: fields.finish::<$type, presence!($($presence)?)>(
                        wire_name!($field $($wire)?),
                        $field,
                    )?, )*
                    extra: std::mem::take(&mut fields.unread).into(),
                })
            }

            fn write(&self) -> serde_json::Map<String, serde_json::Value> {
                use $crate::{census::field::Presence, ps2::define::{presence, wire_name}};
                let mut object = serde_json::Map::new();
                $( <presence!($($presence)?) as Presence<$type>>::put(
                    &self.$field,
                    wire_name!($field $($wire)?),
                    &mut object,
                ); )*
                self.extra.put(&mut object);
                object
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_map($crate::census::field::RowVisitor(std::marker::PhantomData))
            }
        }

        impl serde::Serialize for $name {
            /// Serializes the row as the server does: every value is a string.
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::census::field::Object::write(self).serialize(serializer)
            }
        }
    };
}

/// The names of an object's fields on the wire.
macro_rules! field_names {
    ($( $(#[$doc:meta])* $field:ident $(as $wire:literal)?: $type:ty $(= $presence:ident)?, )*) => {
        &[$( $crate::ps2::define::wire_name!($field $($wire)?) ),*]
    };
}

/// Objects within rows. A missing object is the default.
macro_rules! object {
    ($( $(#[$meta:meta])* $name:ident { $($fields:tt)* } )*) => {$(
        $crate::ps2::define::object_of! { $(#[$meta])* #[derive(Default)] $name { $($fields)* } }

        impl $crate::ps2::list::ListItem for $name {
            const FIELDS: &'static [&'static str] = $crate::ps2::define::field_names! { $($fields)* };
        }

        impl $crate::census::field::Presence<$name> for $crate::census::field::Plain {
            fn read<'de, A: serde::de::MapAccess<'de>>(
                value: &mut Option<$name>,
                _: &'static str,
                key: std::borrow::Cow<'de, str>,
                fields: &mut $crate::census::field::Fields<A>,
            ) -> Result<(), A::Error> {
                fields.read(key, value, $crate::census::field::Nested(std::marker::PhantomData))
            }

            fn missing() -> Option<$name> {
                Some($name::default())
            }

            fn put(value: &$name, name: &str, object: &mut serde_json::Map<String, serde_json::Value>) {
                let inner = $crate::census::field::Object::write(value);
                if !inner.is_empty() {
                    object.insert(name.to_owned(), inner.into());
                }
            }
        }
    )*};
}

/// Collections.
macro_rules! collections {
    (const $table:ident; $(
        $(#[$meta:meta])*
        $name:ident = $collection:literal
        $( by $id:ident: $id_type:ident, cache($size:literal, $ttl:literal) $(, $hook:ident($function:path))? )?
        $( is [$($facet:ident)*] )?
        $( with [$($setter:ident($($argument:expr)?)),*] )?
        {
            $( $(#[$doc:meta])* $field:ident $(as $wire:literal)?: $type:ty $(= $presence:ident)?, )*
        }
    )*) => {
        /// The collections of this table.
        pub(super) const $table: &[&$crate::census::CollectionInfo] =
            &[$( <$name as $crate::census::Row>::INFO ),*];

        /// Decodes and encodes a row of the collection; `None` if the collection is in another table.
        #[cfg(test)]
        pub(super) fn round_trip(
            collection: &str,
            row: &str,
        ) -> Option<serde_json::Result<(serde_json::Value, $crate::census::Extra)>> {
            use $crate::census::{Row, field::Object};
            match collection {
                $( $collection => Some(
                    serde_json::from_str::<$name>(row).map(|row| (row.write().into(), row.extra().clone())),
                ), )*
                _ => None,
            }
        }

        $(
            $crate::ps2::define::object_of! {
                $(#[$meta])*
                $name { $( $(#[$doc])* $field $(as $wire)?: $type $(= $presence)?, )* }
            }

            impl $crate::census::Row for $name {
                const INFO: &'static $crate::census::CollectionInfo = &$crate::census::CollectionInfo::new($collection, {
                    use $crate::{census::{FieldInfo, field::Presence}, ps2::define::{presence, wire_name}};
                    &[$( FieldInfo::new(
                        wire_name!($field $($wire)?),
                        <presence!($($presence)?) as Presence<$type>>::REQUIRED,
                        <presence!($($presence)?) as Presence<$type>>::NUMBERED,
                    ) ),*]
                })$( $( .$setter($($argument)?) )* )?;

                fn extra(&self) -> &$crate::census::Extra {
                    &self.extra
                }
            }

            $(
                impl $crate::census::Collection for $name {
                    type Id = $id_type;
                    const ID_FIELD: &'static str = stringify!($id);
                    const CACHE: $crate::census::Cache = $crate::census::Cache::new($size, $ttl);

                    fn id(&self) -> $id_type {
                        self.$id
                    }

                    $( $crate::ps2::define::id_hook!($hook $function); )?
                }
            )?
            $( $( $crate::ps2::define::trait_impl!($facet, $name); )* )?
            $( $crate::ps2::define::field_methods!($field, $name); )*
        )*
    };
}

pub(crate) use {collections, field_methods, field_names, id_hook, object, object_of, presence, trait_impl, wire_name};
