//! Mappings.

use sync_core::command::{Mapping, MappingIdentifier, MappingTarget, Text};

use super::answers::said;
use super::lookup::{Found, found};
use super::reader::Reader;

/// The command of a mapping: what identifies it is not said again. When it was last synchronized is left out, as the
/// two APIs do not agree on the unit.
pub(super) async fn mapping<'a>(reader: &mut Reader<'_>, identifier: MappingIdentifier<'a>) -> Found<Mapping<'a>> {
    let answer = found!(reader.mapping(&identifier).await?);
    let (says_system, says_entity, says_target) = match &identifier {
        MappingIdentifier::Id { .. } => (false, false, false),
        MappingIdentifier::External(_) => (true, true, false),
        MappingIdentifier::Target { .. } => (true, false, true),
    };
    let mut command = Mapping::new(identifier);
    if !says_system {
        command = command.with_external_system_id(answer.external_system_id);
    }
    if !says_entity {
        command = command.with_external_entity_id(answer.external_entity_id);
    }
    if !says_target {
        command.target = answer.mapped_resource.map(|resource| MappingTarget::DgcId(resource.id));
    }
    command.ext_entity_url = said(answer.external_entity_url).map(Text::from);
    command.description = said(answer.description).map(Text::from);
    Ok(Some(command))
}
