//! What is still open: the sparse index, page by page.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use nightferry_workflow::error::PortError;
use nightferry_workflow::ports::{OpenPage, OpenRecord};

use super::items::{DRILL, Item, OPEN, OPEN_INDEX, OPEN_SINCE, PK, RUN, SK, job_in, run_in, text};
use super::{DynamoRunTable, OPEN_PAGE_RECORDS};
use crate::sdk_error::Call;

const QUERY: Call = Call::read("DynamoDB", "Query");

impl DynamoRunTable {
    pub(super) async fn query_open(&self, page: Option<String>) -> Result<OpenPage, PortError> {
        let after = page.as_deref().map(key_of_page).transpose()?;
        let names = [("#open", OPEN), ("#pk", PK), ("#sk", SK)];
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(OPEN_INDEX)
            .key_condition_expression("#open = :open")
            .projection_expression("#pk, #sk")
            .set_expression_attribute_names(Some(names.map(|(short, name)| (short.into(), name.into())).into()))
            .expression_attribute_values(":open", AttributeValue::S(OPEN.to_owned()))
            .limit(OPEN_PAGE_RECORDS)
            .set_exclusive_start_key(after);
        let answer = query.send().await.map_err(|error| QUERY.refused(&error))?;
        let records = answer.items().iter().filter_map(open_record).collect();
        let next = answer.last_evaluated_key().filter(|key| !key.is_empty()).map(page_of_key).transpose()?;
        Ok(OpenPage { records, next })
    }
}

/// One unreadable key must not keep the sweep from all others, so it is passed over; its run is still found by name.
fn open_record(item: &Item) -> Option<OpenRecord> {
    let (pk, sk) = (text(item, PK)?, text(item, SK)?);
    let record = run_in(pk).and_then(|run| match sk {
        RUN => Some(OpenRecord::Run(run)),
        DRILL => Some(OpenRecord::CopyDrill(run)),
        _ => Some(OpenRecord::Job(run, job_in(sk)?)),
    });
    if record.is_none() {
        tracing::error!(
            item.pk = pk,
            item.sk = sk,
            "the sweep passes over `{pk}`/`{sk}`: it is no run, no job and no drill"
        );
    }
    record
}

const PAGE_KEY: [&str; 4] = [PK, SK, OPEN, OPEN_SINCE];

fn page_of_key(key: &Item) -> Result<String, PortError> {
    let page: BTreeMap<&str, &str> =
        PAGE_KEY.into_iter().filter_map(|attribute| Some((attribute, text(key, attribute)?))).collect();
    serde_json::to_string(&page).map_err(|error| QUERY.rejected("UnwritablePage", &error.to_string()))
}

fn key_of_page(page: &str) -> Result<Item, PortError> {
    let key: HashMap<String, String> =
        serde_json::from_str(page).map_err(|error| QUERY.rejected("UnreadablePage", &error.to_string()))?;
    Ok(key.into_iter().map(|(attribute, value)| (attribute, AttributeValue::S(value))).collect())
}
