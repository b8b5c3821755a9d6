//! From the fields of a submit to what the job is asked to do.

use sync_core::{CsvParameters, PayloadFormat, SheetChoice, TableParameters};
use sync_formats::Template;
use uuid::Uuid;

use super::ApiError;
use super::form::Form;
use super::params::uuid;
use crate::importer::dialect;
use crate::jobs::{CharacteristicsAction, Finalization, JobRequest, Operation, Strategy};
use crate::profile::{AttributesAction, MissingStatus};
use crate::server::Shared;

/// Reads the fields that the operation has; the file comes later. Fields of other operations are passed over.
pub(super) fn read(
    shared: &Shared,
    form: &Form,
    operation: Operation,
    format: PayloadFormat,
) -> Result<JobRequest, ApiError> {
    // Read and checked, and without effect here.
    for name in ["saveResult", "sendNotification"] {
        form.boolean(name)?;
    }
    form.number("batchSize", 1..=i32::MAX as u32)?;
    let wants_simulation = form.boolean("simulation")?.unwrap_or(false);
    let mut request = JobRequest {
        operation,
        upload: None,
        format,
        table: None,
        continue_on_error: false,
        relations: CharacteristicsAction::Replace,
        attributes: CharacteristicsAction::Replace,
        finalization: None,
        // On synchronizations the service ignores it.
        simulation: wants_simulation && operation == Operation::Import,
        delete_file: None,
        fault: None,
        failure: None,
    };
    if operation != Operation::Finalize {
        request.continue_on_error = continue_on_error(shared, form, request.simulation)?;
        form.boolean("deleteFile")?;
        request.attributes = attributes_action(shared, form)?;
        if format != PayloadFormat::Json {
            request.table = Some(table(form, format)?);
        } else if operation != Operation::Full {
            // The single call has no such field; one that is sent has no effect.
            request.relations = characteristics_action(form, "relationsAction")?;
        }
    }
    if matches!(operation, Operation::Finalize | Operation::Full) {
        request.finalization = Some(finalization(shared, form)?);
    }
    Ok(request)
}

fn continue_on_error(shared: &Shared, form: &Form, simulation: bool) -> Result<bool, ApiError> {
    match form.boolean("continueOnError")? {
        Some(true) if simulation => Err(ApiError::bad_request("simulation and continueOnError cannot be combined.")),
        Some(wanted) => Ok(wanted),
        None => Ok(!simulation && shared.profile.continues_on_error_by_default()),
    }
}

fn characteristics_action(form: &Form, name: &str) -> Result<CharacteristicsAction, ApiError> {
    match form.text(name) {
        None | Some("REPLACE") => Ok(CharacteristicsAction::Replace),
        Some("ADD_OR_IGNORE") => Ok(CharacteristicsAction::AddOrIgnore),
        Some(_) => Err(ApiError::bad_request(format!("{name} is one of ADD_OR_IGNORE, REPLACE."))),
    }
}

fn attributes_action(shared: &Shared, form: &Form) -> Result<CharacteristicsAction, ApiError> {
    match shared.context.readings.attributes_action {
        AttributesAction::Ignored => Ok(CharacteristicsAction::Replace),
        AttributesAction::Applied => characteristics_action(form, "attributesAction"),
    }
}

fn table(form: &Form, format: PayloadFormat) -> Result<TableParameters, ApiError> {
    let Some(template) = form.exact("template") else {
        return Err(ApiError::bad_request("The body needs a field named template."));
    };
    // Whether the rows fit it is for the job to find out, and whether they can be read at all.
    Template::compile(template, None).map_err(|error| ApiError::bad_request(format!("template: {error}.")))?;
    let table = TableParameters::new(template).with_header_row(form.boolean("headerRow")?.unwrap_or(false));
    if format == PayloadFormat::Excel {
        let index = form.number("sheetIndex", 0..=i32::MAX as u32)?;
        // What the service does with both, and whether it counts from 0 or 1, is not documented; this is our choice.
        let name = form.exact("sheetName").map(|name| SheetChoice::Name(name.to_owned()));
        return Ok(match name.or(index.map(SheetChoice::Index)) {
            Some(sheet) => table.with_sheet(sheet),
            None => table,
        });
    }
    let mut csv = CsvParameters::default();
    csv.separator = form.character("separator")?.unwrap_or(csv.separator);
    csv.quote = form.character("quote")?.unwrap_or(csv.quote);
    csv.escape = form.character("escape")?.unwrap_or(csv.escape);
    csv.strict_quotes = form.boolean("strictQuotes")?.unwrap_or(csv.strict_quotes);
    csv.ignore_leading_whitespace = form.boolean("ignoreLeadingWhitespace")?.unwrap_or(csv.ignore_leading_whitespace);
    dialect(csv).map_err(|error| ApiError::bad_request(format!("{error}.")))?;
    Ok(table.with_csv(csv))
}

fn finalization(shared: &Shared, form: &Form) -> Result<Finalization, ApiError> {
    let strategy = match form.text("finalizationStrategy") {
        None | Some("REMOVE_RESOURCES") => Strategy::RemoveResources,
        Some("CHANGE_STATUS") => Strategy::ChangeStatus,
        Some("IGNORE") => Strategy::Ignore,
        Some(_) => {
            return Err(ApiError::bad_request(
                "finalizationStrategy is one of REMOVE_RESOURCES, CHANGE_STATUS, IGNORE.",
            ));
        }
    };
    let missing_status = match form.uuid("missingAssetStatusId")? {
        Some(id) => Some(id),
        None => status_of_parameters(form)?,
    };
    let is_refused = shared.context.readings.change_status_without_status == MissingStatus::Refused;
    if strategy == Strategy::ChangeStatus && missing_status.is_none() && is_refused {
        return Err(ApiError::bad_request("CHANGE_STATUS needs missingAssetStatusId."));
    }
    Ok(Finalization { strategy, missing_status })
}

/// The older way to give the status.
fn status_of_parameters(form: &Form) -> Result<Option<Uuid>, ApiError> {
    const MEMBER: &str = "STATUS_ID";
    let Some(parameters) = form.json("finalizationParameters")? else { return Ok(None) };
    match parameters.get(MEMBER) {
        None => Ok(None),
        Some(value) => uuid(MEMBER, value.as_str().unwrap_or_default()).map(Some),
    }
}
