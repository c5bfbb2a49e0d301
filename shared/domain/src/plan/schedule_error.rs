//! Why a schedule has no times.

/// What is wrong with a schedule.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// `cron(...)`, `rate(...)` or `at(...)` around it.
    #[error(
        "`{given}`: only the six cron fields are written here, without `cron(...)`; `rate(...)` and `at(...)` are not part of a plan"
    )]
    Wrapped {
        /// What stands there.
        given: String,
    },
    /// Not six fields.
    #[error("`{given}` has {count} fields; AWS's cron has six: minute hour day-of-month month day-of-week year")]
    FieldCount {
        /// What stands there.
        given: String,
        /// How many fields that is.
        count: usize,
    },
    /// Not exactly one `?` among the two fields for days.
    #[error("`{given}`: exactly one of day-of-month and day-of-week must be `?`, such as `0 6 * * ? *`")]
    QuestionMark {
        /// What stands there.
        given: String,
    },
    /// A field that AWS would refuse.
    #[error(
        "the {field} field `{given}` is not {rule}; lists (1,2), ranges (1-5, first to last) and steps (0/15, */2) of these too"
    )]
    Field {
        /// The field's name.
        field: &'static str,
        /// What stands there.
        given: String,
        /// What the field takes.
        rule: &'static str,
    },
    /// The calendar search would not take it.
    #[error("`{given}` is no cron expression: {reason}")]
    Calendar {
        /// What stands there.
        given: String,
        /// The search's own words.
        reason: String,
    },
    /// No day of any year fits.
    #[error("`{given}` never fires: no day of any year fits it")]
    Never {
        /// What stands there.
        given: String,
    },
    /// No such zone.
    #[error("`{given}` is no IANA time zone{near}")]
    Zone {
        /// What stands there.
        given: String,
        /// "; did you mean ...", or nothing.
        near: String,
    },
}

impl ScheduleError {
    /// The key of the schedule that is wrong: `cron` or `timezone`.
    #[must_use]
    pub const fn key(&self) -> &'static str {
        match self {
            Self::Zone { .. } => "timezone",
            Self::Wrapped { .. }
            | Self::FieldCount { .. }
            | Self::QuestionMark { .. }
            | Self::Field { .. }
            | Self::Calendar { .. }
            | Self::Never { .. } => "cron",
        }
    }
}
