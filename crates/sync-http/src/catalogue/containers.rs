//! Communities and domains.

use sync_core::command::{Community, CommunityIdentifier, Domain, DomainIdentifier, Text, TypeRef};

use super::answers::said;
use super::lookup::{Found, found};
use super::reader::Reader;

/// The command of a community.
pub(super) async fn community<'a>(
    reader: &mut Reader<'_>,
    identifier: CommunityIdentifier<'a>,
) -> Found<Community<'a>> {
    let answer = found!(reader.community(&identifier).await?);
    let is_named = matches!(identifier, CommunityIdentifier::Name { .. });
    let mut command = Community::new(identifier);
    if !is_named {
        command = command.with_name(answer.name);
    }
    command.description = said(answer.description).map(Text::from);
    command.parent = answer.parent.map(|parent| CommunityIdentifier::id(parent.id));
    Ok(Some(command))
}

/// The command of a domain.
pub(super) async fn domain<'a>(reader: &mut Reader<'_>, identifier: DomainIdentifier<'a>) -> Found<Domain<'a>> {
    let answer = found!(reader.domain(&identifier).await?);
    let is_named = matches!(identifier, DomainIdentifier::Name { .. });
    let mut command = Domain::new(identifier).with_type(TypeRef::id(answer.type_ref.id));
    if !is_named {
        command = command.with_name(answer.name).with_community(CommunityIdentifier::id(answer.community.id));
    }
    command.description = said(answer.description).map(Text::from);
    Ok(Some(command))
}
