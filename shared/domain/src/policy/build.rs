//! Writing documents from code: a statement is built element by element, so that none can be misspelt.

use super::document::{Document, Effect, Match, PrincipalLists, Principals, Statement, Values};
use super::operator::{Operator, Test};

impl Statement {
    /// A statement that grants these actions.
    pub fn allow<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::of(Effect::Allow, actions)
    }

    /// A statement that refuses these actions.
    pub fn deny<S: Into<String>>(actions: impl IntoIterator<Item = S>) -> Self {
        Self::of(Effect::Deny, actions)
    }

    fn of<S: Into<String>>(effect: Effect, actions: impl IntoIterator<Item = S>) -> Self {
        Self {
            sid: None,
            effect,
            principal: None,
            action: Match::In(values(actions)),
            resource: None,
            condition: super::document::Conditions::new(),
        }
    }

    /// Names the statement.
    #[must_use]
    pub fn sid(mut self, sid: impl Into<String>) -> Self {
        self.sid = Some(sid.into());
        self
    }

    /// Limits it to these resources. The text is a pattern: `*`, `?` and `${...}` have their meaning.
    #[must_use]
    pub fn on<S: Into<String>>(mut self, resources: impl IntoIterator<Item = S>) -> Self {
        self.resource = Some(Match::In(values(resources)));
        self
    }

    /// Speaks of everyone, anonymous callers included.
    #[must_use]
    pub fn for_everyone(mut self) -> Self {
        self.principal = Some(Match::In(Principals::Everyone));
        self
    }

    /// Speaks of these accounts, users, roles or sessions, besides whom it already names.
    #[must_use]
    pub fn for_aws<S: Into<String>>(self, arns: impl IntoIterator<Item = S>) -> Self {
        self.naming(|lists| lists.aws.extend(arns.into_iter().map(Into::into)))
    }

    /// Speaks of this service, besides whom it already names.
    #[must_use]
    pub fn for_service(self, name: impl Into<String>) -> Self {
        self.naming(|lists| lists.service.extend([name.into()]))
    }

    /// Speaks of this identity provider, besides whom it already names.
    #[must_use]
    pub fn for_provider(self, name: impl Into<String>) -> Self {
        self.naming(|lists| lists.federated.extend([name.into()]))
    }

    fn naming(mut self, add: impl FnOnce(&mut PrincipalLists)) -> Self {
        let mut lists = match self.principal {
            Some(Match::In(Principals::Listed(lists))) => lists,
            Some(Match::In(Principals::Everyone) | Match::NotIn(_)) | None => PrincipalLists::default(),
        };
        add(&mut lists);
        self.principal = Some(Match::In(Principals::Listed(lists)));
        self
    }

    /// Adds a condition: the key passes the operator with any one of the values.
    #[must_use]
    pub fn when<S: Into<String>>(
        mut self,
        operator: impl Into<Operator>,
        key: impl Into<String>,
        wanted: impl IntoIterator<Item = S>,
    ) -> Self {
        let keys = self.condition.entry(operator.into()).or_default();
        keys.entry(key.into()).or_default().extend(wanted.into_iter().map(Into::into));
        self
    }

    /// Adds the guard against the confused deputy: the service acts for this account, and for a resource like `source`.
    #[must_use]
    pub fn from_source(self, account: &str, source: &str) -> Self {
        self.when(Test::StringEquals, "aws:SourceAccount", [account]).when(Test::ArnLike, "aws:SourceArn", [source])
    }
}

impl From<Statement> for Document {
    fn from(statement: Statement) -> Self {
        Self::new([statement])
    }
}

fn values<S: Into<String>>(from: impl IntoIterator<Item = S>) -> Values {
    from.into_iter().map(Into::into).collect()
}
