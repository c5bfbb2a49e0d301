//! Prices as data, with where they are from.

use serde::Serialize;

/// The list, one item a line, tab-separated.
const LIST: &str = include_str!("prices.tsv");

/// Something that AWS counts and takes money for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// State transitions of Step Functions Standard.
    Transitions,
    /// Lambda requests.
    Calls,
    /// Memory times billed time of Lambda.
    GbSeconds,
    /// Write units of the run table.
    Writes,
    /// Read units of the run table.
    Reads,
    /// Scheduler invocations.
    Schedules,
    /// GB (10^9 bytes) copied by DataSync in Basic mode.
    DatasyncBasicGb,
    /// The same in Enhanced mode.
    DatasyncEnhancedGb,
    /// Executions of DataSync in Enhanced mode.
    DatasyncEnhancedExecutions,
    /// S3 Batch Operations jobs.
    BatchJobs,
    /// Their objects.
    BatchObjects,
}

/// What an item costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// US dollars for `per` of it.
    pub usd: f64,
    /// How many.
    pub per: f64,
    /// The item in words.
    pub what: &'static str,
    /// When the price was found, or `memory`.
    pub of: &'static str,
    /// Where it was found.
    pub source: &'static str,
    /// Whether it was compared with AWS's own page.
    pub is_verified: bool,
}

impl Price {
    /// What so much costs, in US dollars.
    #[must_use]
    pub fn of(&self, amount: f64) -> f64 {
        amount * self.usd / self.per
    }

    /// Of a line of the list, with the item's name before it.
    fn read(line: &'static str) -> Option<(&'static str, Self)> {
        let mut fields = line.split('\t');
        let name = fields.next()?;
        let (usd, per) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let (what, of, source) = (fields.next()?, fields.next()?, fields.next()?);
        Some((name, Self { usd, per, what, of, source, is_verified: fields.next()? == "yes" }))
    }
}

impl Item {
    /// Every item, in the order of bills.
    pub const ALL: [Self; 11] = [
        Self::Transitions,
        Self::Calls,
        Self::GbSeconds,
        Self::Writes,
        Self::Reads,
        Self::Schedules,
        Self::DatasyncBasicGb,
        Self::DatasyncEnhancedGb,
        Self::DatasyncEnhancedExecutions,
        Self::BatchJobs,
        Self::BatchObjects,
    ];

    /// Its name in the list.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transitions => "transitions",
            Self::Calls => "calls",
            Self::GbSeconds => "gb-seconds",
            Self::Writes => "writes",
            Self::Reads => "reads",
            Self::Schedules => "schedules",
            Self::DatasyncBasicGb => "datasync-basic-gb",
            Self::DatasyncEnhancedGb => "datasync-enhanced-gb",
            Self::DatasyncEnhancedExecutions => "datasync-enhanced-executions",
            Self::BatchJobs => "batch-jobs",
            Self::BatchObjects => "batch-objects",
        }
    }

    /// What it costs. An item that the list lacks would cost infinitely much, so that nobody overlooks it; a test holds
    /// the list complete.
    #[must_use]
    pub fn price(self) -> Price {
        let priced = LIST.lines().filter_map(Price::read).find(|(name, _)| *name == self.name());
        let unlisted = Price { usd: f64::INFINITY, per: 1.0, what: "unlisted", of: "", source: "", is_verified: false };
        priced.map_or(unlisted, |(_, price)| price)
    }
}
