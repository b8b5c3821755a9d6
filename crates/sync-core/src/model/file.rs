//! An operating model as a file.

use serde::{Deserialize, Serialize};

use super::Model;

/// A model with the name of its section, as it is written.
#[derive(Serialize)]
struct Written<'m> {
    model: &'m Model,
}

/// The section, or its lists at the top; whatever else a seed file has is for servers.
#[derive(Deserialize)]
struct Read {
    #[serde(default)]
    model: Option<Model>,
    #[serde(flatten)]
    top: Model,
}

impl Model {
    /// Reads a model from a seed file: the section `model`, or the same lists at the top of the file.
    ///
    /// # Errors
    /// [`serde_json::Error`] if it is not one. Names that lead nowhere are no error.
    pub fn from_slice(json: &[u8]) -> Result<Self, serde_json::Error> {
        let Read { model, top } = serde_json::from_slice(json)?;
        Ok(model.unwrap_or(top))
    }

    /// The model as a seed file: one section, `model`, indented.
    ///
    /// # Errors
    /// None with what is in a model; the type is that of the JSON library.
    pub fn to_vec(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut json = serde_json::to_vec_pretty(&Written { model: self })?;
        json.push(b'\n');
        Ok(json)
    }
}
