//! Where further copies of a recovery point lie: one place, or a list of them.

use std::fmt;

use schemars::JsonSchema;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::{AccountId, PlanDuration, Region, VaultName};
use crate::stack::Stack;

/// Where a further copy of a recovery point lies: another vault, Region or account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CopyTo {
    /// The vault.
    pub vault: VaultName,
    /// The vault's Region, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// The vault's account, if another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// How long the copy is kept, in whole days; as long as the original unless told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<PlanDuration>,
}

/// Copies in the order of the plan. In the file a single one needs no list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Copies(Vec<CopyTo>);

impl CopyTo {
    /// The account, where it is not the stack's own.
    #[must_use]
    pub fn other_owner(&self, stack: &Stack) -> Option<&str> {
        self.account.as_ref().map(AccountId::as_str).filter(|owner| *owner != stack.account)
    }

    /// The Region of the vault.
    #[must_use]
    pub fn region<'a>(&'a self, stack: &'a Stack) -> &'a str {
        self.region.as_ref().map_or(&stack.region, Region::as_str)
    }

    /// ARN of the vault.
    #[must_use]
    pub fn vault_arn(&self, stack: &Stack) -> String {
        let owner = self.account.as_ref().map_or(stack.account.as_str(), AccountId::as_str);
        format!("arn:{}:backup:{}:{owner}:backup-vault:{}", stack.partition, self.region(stack), self.vault)
    }
}

impl Copies {
    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, CopyTo> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a Copies {
    type Item = &'a CopyTo;
    type IntoIter = std::slice::Iter<'a, CopyTo>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'de> Deserialize<'de> for Copies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Copies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a copy ({ vault: NAME }) or a list of them")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Copies, A::Error> {
        CopyTo::deserialize(MapAccessDeserializer::new(map)).map(|copy| Copies(vec![copy]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Copies, A::Error> {
        let mut copies = vec![];
        while let Some(copy) = items.next_element()? {
            copies.push(copy);
        }
        Ok(Copies(copies))
    }
}

impl JsonSchema for Copies {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Copies".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let one = generator.subschema_for::<CopyTo>();
        schemars::json_schema!({ "anyOf": [one, { "type": "array", "items": one }] })
    }
}
