//! What the read operations show, in the shapes of the core REST API.

mod mappings;

use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{AttributeKind, Model};
use super::{Ids, Kind, Number, TypeNumber};

/// How a name is compared. ASCII letters match whatever their case, except with [`NameMatch::Exact`].
#[derive(Debug, Clone)]
pub(crate) enum NameMatch {
    Start(String),
    End(String),
    Anywhere(String),
    Exact(String),
}

impl NameMatch {
    /// The SQL condition on `column`, with one parameter.
    pub(crate) fn condition(&self, column: &str) -> String {
        match self {
            Self::Exact(_) => format!("{column} = ?"),
            _ => format!("{column} LIKE ? ESCAPE '\\'"),
        }
    }

    /// The parameter.
    pub(crate) fn value(&self) -> String {
        let escaped = |text: &str| text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        match self {
            Self::Start(text) => format!("{}%", escaped(text)),
            Self::End(text) => format!("%{}", escaped(text)),
            Self::Anywhere(text) => format!("%{}%", escaped(text)),
            Self::Exact(text) => text.clone(),
        }
    }

    /// Whether a name that is not in the database is meant, by the same rules.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let name_in_lower = name.to_ascii_lowercase();
        match self {
            Self::Start(text) => name_in_lower.starts_with(&text.to_ascii_lowercase()),
            Self::End(text) => name_in_lower.ends_with(&text.to_ascii_lowercase()),
            Self::Anywhere(text) => name_in_lower.contains(&text.to_ascii_lowercase()),
            Self::Exact(text) => name == text,
        }
    }
}

/// A part of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) offset: i64,
    pub(crate) limit: i64,
}

/// Conditions of a query with their values.
#[derive(Default)]
pub(crate) struct Conditions {
    sql: Vec<String>,
    values: Vec<Box<dyn ToSql + Send>>,
}

impl Conditions {
    pub(crate) fn name(&mut self, column: &str, name: &Option<NameMatch>) {
        if let Some(name) = name {
            self.sql.push(name.condition(column));
            self.values.push(Box::new(name.value()));
        }
    }

    /// The column has this number; an id that no resource can have matches nothing.
    pub(crate) fn number(&mut self, column: &str, number: Option<i64>) {
        self.sql.push(format!("{column} = ?"));
        self.values.push(Box::new(number.unwrap_or(-1)));
    }

    fn where_clause(&self) -> String {
        if self.sql.is_empty() { String::new() } else { format!("WHERE {}", self.sql.join(" AND ")) }
    }
}

/// Looks at the catalogue through a reading connection.
pub(crate) struct Reader<'c> {
    pub(crate) connection: &'c Connection,
    pub(crate) ids: Ids,
    pub(crate) model: &'c Model,
}

/// Number of all rows that match, and one page of them.
pub(crate) type Listed = rusqlite::Result<(i64, Vec<Value>)>;

impl Reader<'_> {
    fn list(
        &self,
        select: &str,
        from: &str,
        order: &str,
        conditions: Conditions,
        window: Window,
        show: impl Fn(&Row<'_>) -> rusqlite::Result<Value>,
    ) -> Listed {
        let filter = conditions.where_clause();
        let total = self
            .connection
            .prepare_cached(&format!("SELECT count(*) FROM {from} {filter}"))?
            .query_row(params_from_iter(conditions.values.iter()), |row| row.get(0))?;
        let mut values = conditions.values;
        values.push(Box::new(window.limit));
        values.push(Box::new(window.offset));
        let sql = format!("SELECT {select} FROM {from} {filter} ORDER BY {order} LIMIT ? OFFSET ?");
        let rows = self
            .connection
            .prepare_cached(&sql)?
            .query_map(params_from_iter(values.iter()), |row| show(row))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((total, rows))
    }

    pub(crate) fn assets(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(ASSET_COLUMNS, ASSETS, "asset.name, asset.number", conditions, window, |row| self.show_asset(row))
    }

    pub(crate) fn asset(&self, id: Uuid) -> rusqlite::Result<Option<Value>> {
        let Some(number) = self.ids.number(Kind::Asset, id) else { return Ok(None) };
        self.connection
            .prepare_cached(&format!("SELECT {ASSET_COLUMNS} FROM {ASSETS} WHERE asset.number = ?1"))?
            .query_row([number], |row| self.show_asset(row))
            .optional()
    }

    fn show_asset(&self, row: &Row<'_>) -> rusqlite::Result<Value> {
        let number: Number = row.get(0)?;
        let mut asset = self.base("Asset", Kind::Asset, number, row, 8)?;
        let tags = self
            .connection
            .prepare_cached(
                "SELECT tag.name FROM asset_tag JOIN tag ON tag.number = asset_tag.tag WHERE asset = ?1
                 ORDER BY tag.name",
            )?
            .query_map([number], |row| row.get::<_, String>(0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let (type_id, type_name) = self.model.asset_types.shown(row.get(5)?);
        let (status_id, status_name) = self.model.statuses.shown(row.get(6)?);
        let fields = [
            ("name", Value::from(row.get::<_, String>(1)?)),
            ("displayName", Value::from(row.get::<_, String>(2)?)),
            ("articulationScore", Value::from(0.0)),
            ("excludedFromAutoHyperlinking", Value::from(false)),
            ("domain", self.reference("Domain", Kind::Domain, row.get(3)?, row.get(4)?)),
            ("type", named("AssetType", type_id, type_name)),
            ("status", named("Status", status_id, status_name)),
            ("avgRating", Value::from(0.0)),
            ("ratingsCount", Value::from(0)),
            ("tags", Value::from(tags)),
        ];
        extend(&mut asset, fields);
        Ok(asset)
    }

    pub(crate) fn communities(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(COMMUNITY_COLUMNS, COMMUNITIES, "community.name", conditions, window, |row| {
            let mut community = self.base("Community", Kind::Community, row.get(0)?, row, 5)?;
            extend(&mut community, [("name", row.get::<_, String>(1)?.into())]);
            if let Some(description) = row.get::<_, Option<String>>(2)? {
                extend(&mut community, [("description", description.into())]);
            }
            if let (Some(parent), Some(name)) = (row.get(3)?, row.get(4)?) {
                extend(&mut community, [("parent", self.reference("Community", Kind::Community, parent, name))]);
            }
            Ok(community)
        })
    }

    pub(crate) fn domains(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(DOMAIN_COLUMNS, DOMAINS, "domain.name, domain.number", conditions, window, |row| {
            let mut domain = self.base("Domain", Kind::Domain, row.get(0)?, row, 6)?;
            let (type_id, type_name) = self.model.domain_types.shown(row.get(5)?);
            extend(
                &mut domain,
                [
                    ("name", row.get::<_, String>(1)?.into()),
                    ("type", named("DomainType", type_id, type_name)),
                    ("community", self.reference("Community", Kind::Community, row.get(3)?, row.get(4)?)),
                    ("excludedFromAutoHyperlinking", false.into()),
                ],
            );
            if let Some(description) = row.get::<_, Option<String>>(2)? {
                extend(&mut domain, [("description", description.into())]);
            }
            Ok(domain)
        })
    }

    /// Attributes of assets; those of complex relations are not shown here.
    pub(crate) fn attributes(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(
            ATTRIBUTE_COLUMNS,
            ATTRIBUTES,
            "attribute.owner, attribute.type, position",
            conditions,
            window,
            |row| {
                let attribute_type: TypeNumber = row.get(1)?;
                let kind = self.model.attribute_types.get(attribute_type).map(|found| found.kind).unwrap_or_default();
                let (type_id, type_name) = self.model.attribute_types.shown(attribute_type);
                let text: String = row.get(4)?;
                let value = match (row.get::<_, bool>(3)?, kind) {
                    (true, _) => serde_json::from_str(&text).unwrap_or(Value::Null),
                    (false, AttributeKind::Numeric) => {
                        text.parse::<f64>().map_or(Value::from(text.as_str()), shown_number)
                    }
                    (false, AttributeKind::Boolean) => Value::from(text == "true"),
                    (false, _) => Value::from(text),
                };
                let resource_type = attribute_resource_type(kind);
                let mut attribute = json!({
                    "id": self.ids.id(Kind::Attribute, row.get(2)?),
                    "resourceType": resource_type,
                    "system": false,
                    "type": named(&format!("{resource_type}Type"), type_id, type_name),
                    "asset": self.reference("Asset", Kind::Asset, row.get(0)?, row.get(7)?),
                    "value": value,
                    "createdOn": row.get::<_, i64>(5)?,
                    "lastModifiedOn": row.get::<_, i64>(6)?,
                });
                let user = row.get::<_, Option<[u8; 16]>>(8)?.map_or(Uuid::nil(), Uuid::from_bytes);
                extend(&mut attribute, [("createdBy", json!(user)), ("lastModifiedBy", json!(user))]);
                Ok(attribute)
            },
        )
    }

    pub(crate) fn relations(&self, conditions: Conditions, window: Window) -> Listed {
        self.list(RELATION_COLUMNS, RELATIONS, "relation.number", conditions, window, |row| {
            let created_by = row.get::<_, Option<[u8; 16]>>(7)?.map_or(Uuid::nil(), Uuid::from_bytes);
            let created_on: i64 = row.get(6)?;
            Ok(json!({
                "id": self.ids.id(Kind::Relation, row.get(0)?),
                "resourceType": "Relation",
                "system": false,
                "type": {"id": self.model.relation_types.shown(row.get(1)?).0, "resourceType": "RelationType"},
                "source": self.reference("Asset", Kind::Asset, row.get(2)?, row.get(3)?),
                "target": self.reference("Asset", Kind::Asset, row.get(4)?, row.get(5)?),
                "createdOn": created_on,
                "createdBy": created_by,
                "lastModifiedOn": created_on,
                "lastModifiedBy": created_by,
            }))
        })
    }

    /// What every resource shows: columns created_on, creator, modified_on, modifier from `first` on.
    fn base(
        &self,
        resource_type: &str,
        kind: Kind,
        number: Number,
        row: &Row<'_>,
        first: usize,
    ) -> rusqlite::Result<Value> {
        let user = |index| -> rusqlite::Result<Uuid> {
            Ok(row.get::<_, Option<[u8; 16]>>(index)?.map_or(Uuid::nil(), Uuid::from_bytes))
        };
        Ok(json!({
            "id": self.ids.id(kind, number),
            "resourceType": resource_type,
            "system": false,
            "createdOn": row.get::<_, i64>(first)?,
            "createdBy": user(first + 1)?,
            "lastModifiedOn": row.get::<_, i64>(first + 2)?,
            "lastModifiedBy": user(first + 3)?,
        }))
    }

    fn reference(&self, resource_type: &str, kind: Kind, number: Number, name: String) -> Value {
        named(resource_type, self.ids.id(kind, number), &name)
    }
}

fn named(resource_type: &str, id: Uuid, name: &str) -> Value {
    json!({"id": id, "resourceType": resource_type, "name": name})
}

fn extend<const N: usize>(object: &mut Value, fields: [(&str, Value); N]) {
    for (name, value) in fields {
        object[name] = value;
    }
}

/// Whole numbers without a decimal point.
fn shown_number(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() < EXACT { Value::from(number as i64) } else { Value::from(number) }
}

fn attribute_resource_type(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::String => "StringAttribute",
        AttributeKind::Script => "ScriptAttribute",
        AttributeKind::Numeric => "NumericAttribute",
        AttributeKind::Boolean => "BooleanAttribute",
        AttributeKind::Date => "DateAttribute",
        AttributeKind::SingleValueList => "SingleValueListAttribute",
        AttributeKind::MultiValueList => "MultiValueListAttribute",
    }
}

const ASSETS: &str = "asset JOIN domain ON domain.number = asset.domain \
    LEFT JOIN user AS creator ON creator.number = asset.created_by \
    LEFT JOIN user AS modifier ON modifier.number = asset.modified_by";
const ASSET_COLUMNS: &str = "asset.number, asset.name, asset.display_name, asset.domain, domain.name, asset.type, \
    asset.status, domain.community, asset.created_on, creator.id, asset.modified_on, modifier.id";
const COMMUNITIES: &str = "community LEFT JOIN community AS parent ON parent.number = community.parent \
    LEFT JOIN user AS creator ON creator.number = community.created_by \
    LEFT JOIN user AS modifier ON modifier.number = community.modified_by";
const COMMUNITY_COLUMNS: &str = "community.number, community.name, community.description, community.parent, \
    parent.name, community.created_on, creator.id, community.modified_on, modifier.id";
const DOMAINS: &str = "domain JOIN community ON community.number = domain.community \
    LEFT JOIN user AS creator ON creator.number = domain.created_by \
    LEFT JOIN user AS modifier ON modifier.number = domain.modified_by";
const DOMAIN_COLUMNS: &str = "domain.number, domain.name, domain.description, domain.community, community.name, \
    domain.type, domain.created_on, creator.id, domain.modified_on, modifier.id";
const ATTRIBUTES: &str = "attribute JOIN asset ON asset.number = attribute.owner \
    LEFT JOIN user AS modifier ON modifier.number = asset.modified_by";
const ATTRIBUTE_COLUMNS: &str = "attribute.owner, attribute.type, attribute.number, attribute.is_list, \
    attribute.value, attribute.created_on, attribute.modified_on, asset.name, modifier.id";
const RELATIONS: &str = "relation JOIN asset AS source ON source.number = relation.source \
    JOIN asset AS target ON target.number = relation.target \
    LEFT JOIN user AS creator ON creator.number = relation.created_by";
const RELATION_COLUMNS: &str = "relation.number, relation.type, relation.source, source.name, relation.target, \
    target.name, relation.created_on, creator.id";
