//! `Json` for the types of the standard library and for JSON values themselves.

use serde_json::Value;

use crate::fields::take_text;
use crate::{Json, Object};

impl Json for Value {
    fn read(value: Self) -> Result<Self, Self> {
        Ok(value)
    }

    fn write(&self) -> Value {
        self.clone()
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::Null
    }
}

impl Json for Object {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::Object(object) => Ok(object),
            other => Err(other),
        }
    }

    fn write(&self) -> Value {
        Value::Object(self.clone())
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::new()
    }
}

impl Json for String {
    fn read(value: Value) -> Result<Self, Value> {
        match value {
            Value::String(text) => Ok(text),
            other => Err(other),
        }
    }

    fn take(field: &mut Value) -> Option<Self> {
        take_text(field)
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }

    fn missing() -> Self {
        Self::new()
    }
}

impl Json for bool {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_bool().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }

    const IS_REQUIRED: Self = false;

    fn missing() -> Self {
        false
    }
}

impl Json for f64 {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_f64().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0.0
    }
}

impl Json for u64 {
    fn read(value: Value) -> Result<Self, Value> {
        value.as_u64().ok_or(value)
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl Json for u32 {
    fn read(value: Value) -> Result<Self, Value> {
        u64::read(value).and_then(|number| Self::try_from(number).map_err(|_| number.into()))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl Json for u16 {
    fn read(value: Value) -> Result<Self, Value> {
        u64::read(value).and_then(|number| Self::try_from(number).map_err(|_| number.into()))
    }

    fn write(&self) -> Value {
        Value::from(*self)
    }

    fn missing() -> Self {
        0
    }
}

impl<T: Json> Json for Option<T> {
    fn read(value: Value) -> Result<Self, Value> {
        T::read(value).map(Some)
    }

    fn take(field: &mut Value) -> Option<Self> {
        T::take(field).map(Some)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        None
    }
}

/// One entry of another kind makes the whole list unreadable.
impl<T: Json> Json for Vec<T> {
    fn read(value: Value) -> Result<Self, Value> {
        let Value::Array(values) = value else {
            return Err(value);
        };
        let mut read = Self::new();
        for value in &values {
            match T::read(value.clone()) {
                Ok(value) => read.push(value),
                Err(_) => return Err(Value::Array(values)),
            }
        }
        Ok(read)
    }

    fn write(&self) -> Value {
        Value::Array(self.iter().map(T::write).collect())
    }

    const IS_REQUIRED: bool = false;

    fn missing() -> Self {
        Self::new()
    }
}
