//! Members as bytes in temporary files.

use std::io::{self, Read, Write};

use sync_core::Digest;
use sync_core::command::ResourceKind;
use sync_formats::Identity;

use crate::member::{Member, kind_from_byte, kind_to_byte};

/// Fixed part of a member: key, content, kind, length of the identity.
pub(crate) const HEAD: usize = 16 + 16 + 1 + 4;

/// Writes one member.
pub(crate) fn write_member(
    out: &mut impl Write,
    key: Digest,
    content: Digest,
    kind: ResourceKind,
    identity: &[u8],
) -> io::Result<()> {
    let len = u32::try_from(identity.len()).map_err(|_| io::Error::other("an identifier larger than 4 GiB"))?;
    out.write_all(key.as_bytes())?;
    out.write_all(content.as_bytes())?;
    out.write_all(&[kind_to_byte(kind)])?;
    out.write_all(&len.to_le_bytes())?;
    out.write_all(identity)
}

/// The bytes of the member that `spooled` begins with.
pub(crate) fn member_bytes(spooled: &[u8]) -> &[u8] {
    let mut len = [0; 4];
    len.copy_from_slice(&spooled[HEAD - 4..HEAD]);
    &spooled[..HEAD + u32::from_le_bytes(len) as usize]
}

/// Reads the next member; `None` at the end.
pub(crate) fn read_member(from: &mut impl Read) -> io::Result<Option<Member>> {
    let mut head = [0; HEAD];
    match from.read_exact(&mut head) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut key = [0; 16];
    key.copy_from_slice(&head[..16]);
    let mut content = [0; 16];
    content.copy_from_slice(&head[16..32]);
    let mut len = [0; 4];
    len.copy_from_slice(&head[33..]);
    let mut identity = vec![0; u32::from_le_bytes(len) as usize];
    from.read_exact(&mut identity)?;
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "a spilled member is damaged");
    let kind = kind_from_byte(head[32]).ok_or_else(broken)?;
    let identity = String::from_utf8(identity).map_err(|_| broken())?;
    Ok(Some(Member {
        key: Digest::from_bytes(key),
        identity: Identity::from_parts(kind, identity),
        content: Digest::from_bytes(content),
    }))
}
