//! Assets with what hangs on them.

use std::collections::{BTreeMap, BTreeSet};

use sync_core::command::{
    Asset, AssetIdentifier, AttributeValue, Attributes, DomainIdentifier, Relations, Text, TypeRef,
};
use sync_core::transport::TransportError;
use uuid::Uuid;

use super::answers::{AttributeAnswer, RelationAnswer, TagAnswer};
use super::lookup::{Found, found};
use super::reader::{Reader, faulty};
use super::value::attribute_value;

/// The command of an asset. What it has none of is left out.
pub(super) async fn asset<'a>(reader: &mut Reader<'_>, identifier: AssetIdentifier<'a>) -> Found<Asset<'a>> {
    let answer = found!(reader.asset(&identifier).await?);
    let attributes = attributes(reader, answer.id).await?;
    let relations = relations(reader, answer.id, &identifier).await?;
    let tags = tags(reader, answer.id).await?;

    let is_named = matches!(identifier, AssetIdentifier::Name { .. });
    let mut command = Asset::new(identifier).with_type(TypeRef::id(answer.type_ref.id));
    if !is_named {
        command = command.with_name(answer.name).with_domain(DomainIdentifier::id(answer.domain.id));
    }
    command.display_name = answer.display_name.map(Text::from);
    command.status = answer.status.map(|status| TypeRef::id(status.id));
    command.attributes = Some(attributes).filter(|attributes| !attributes.is_empty());
    command.relations = Some(relations).filter(|relations| !relations.is_empty());
    command.tags = Some(tags).filter(|tags| !tags.is_empty());
    Ok(Some(command))
}

/// Values by type id, those of one type in the order of their creation.
async fn attributes(reader: &mut Reader<'_>, asset: Uuid) -> Result<Attributes<'static>, TransportError> {
    let query = format!("/attributes?assetId={asset}&sortField=CREATED_ON&sortOrder=ASC");
    let mut by_type: BTreeMap<Uuid, Vec<AttributeValue<'static>>> = BTreeMap::new();
    for attribute in reader.list::<AttributeAnswer>(&query).await? {
        match attribute_value(&attribute.value) {
            Ok(Some(value)) => by_type.entry(attribute.type_ref.id).or_default().push(value),
            Ok(None) => {}
            Err(_) => return Err(faulty("an attribute has a value that is neither a scalar nor a list of them")),
        }
    }
    Ok(by_type.into_iter().map(|(id, values)| (id.to_string(), values)).collect())
}

/// Related assets by type and by the end of the relation that *they* are at. The asset itself is named as the command
/// names it: its id would lead nowhere once it had to be created again.
async fn relations<'a>(
    reader: &mut Reader<'_>,
    asset: Uuid,
    identifier: &AssetIdentifier<'a>,
) -> Result<Relations<'a>, TransportError> {
    let mut by_key: BTreeMap<String, BTreeSet<Uuid>> = BTreeMap::new();
    for relation in reader.list::<RelationAnswer>(&format!("/relations?sourceId={asset}")).await? {
        by_key.entry(format!("{}:TARGET", relation.type_ref.id)).or_default().insert(relation.target.id);
    }
    for relation in reader.list::<RelationAnswer>(&format!("/relations?targetId={asset}")).await? {
        by_key.entry(format!("{}:SOURCE", relation.type_ref.id)).or_default().insert(relation.source.id);
    }
    let named = |id| if id == asset { identifier.clone() } else { AssetIdentifier::id(id) };
    Ok(by_key.into_iter().map(|(key, assets)| (key, assets.into_iter().map(named).collect())).collect())
}

/// Names of all tags, sorted.
async fn tags(reader: &mut Reader<'_>, asset: Uuid) -> Result<Vec<Text<'static>>, TransportError> {
    let tags: Vec<TagAnswer> = reader.whole(format!("/assets/{asset}/tags")).await?;
    let mut names: Vec<Text<'static>> = tags.into_iter().map(|tag| tag.name.into()).collect();
    names.sort_unstable();
    Ok(names)
}
