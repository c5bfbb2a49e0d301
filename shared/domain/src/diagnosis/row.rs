//! How the tables are written down: one macro for rows known by phrases, one for rows known by exact codes.

/// A row that is recognised by fragments of a message.
macro_rules! row {
    ($id:literal, $class:ident, $who:ident, $again:ident, $partial:literal, $fragments:expr, $why:literal, $fix:literal) => {
        $crate::diagnosis::Diagnosis {
            id: $id,
            codes: &[],
            fragments: $fragments,
            class: $crate::diagnosis::Class::$class,
            who: $crate::diagnosis::Who::$who,
            again: $crate::diagnosis::Again::$again,
            leaves_a_partial_copy: $partial,
            why: $why,
            fix: $fix,
        }
    };
}

/// A row that is recognised by whole codes. What else the execution copied is there.
macro_rules! code {
    ($id:literal, $class:ident, $who:ident, $again:ident, $codes:expr, $why:literal, $fix:literal) => {
        $crate::diagnosis::Diagnosis {
            id: $id,
            codes: $codes,
            fragments: &[],
            class: $crate::diagnosis::Class::$class,
            who: $crate::diagnosis::Who::$who,
            again: $crate::diagnosis::Again::$again,
            leaves_a_partial_copy: true,
            why: $why,
            fix: $fix,
        }
    };
}

pub(super) use {code, row};
