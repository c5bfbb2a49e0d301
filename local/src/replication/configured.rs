//! Which buckets are configured: as their owners wrote it, while the emulator has the same with its rules switched off.

use std::sync::PoisonError;

use super::{Config, Replication, config};
use crate::upstream::UpstreamError;
use crate::upstream::s3::Bucket;

impl Replication {
    /// What the emulator is to be given instead of this configuration; `None` where it is no configuration, which the emulator refuses best itself.
    pub(crate) fn for_emulator(xml: &str) -> Option<String> {
        config::switched_off(xml).map(|(off, _)| off)
    }

    /// Keeps a configuration that the emulator has taken, with what the emulator added to it.
    pub(crate) async fn configure(&self, bucket: &str, written: &str) -> Result<(), UpstreamError> {
        let (Some(found), Some((_, statuses))) =
            (Bucket::find(&self.upstream, bucket).await?, config::switched_off(written))
        else {
            return Ok(());
        };
        let there = found.replication().await?.unwrap_or_default();
        self.keep(bucket, config::with_statuses(&there, &statuses).unwrap_or_else(|| written.to_owned()));
        Ok(())
    }

    /// The configuration of a bucket as XML. One that reached the emulator on another way, by CloudFormation for instance, is taken over.
    pub(crate) async fn configuration(&self, bucket: &Bucket) -> Result<Option<String>, UpstreamError> {
        if let Some(kept) = self.kept(bucket.name()) {
            return Ok(Some(kept));
        }
        let Some(there) = bucket.replication().await? else { return Ok(None) };
        if let Some((off, _)) = config::switched_off(&there) {
            bucket.put_replication(off).await?;
            self.keep(bucket.name(), there.clone());
        }
        Ok(Some(there))
    }

    /// The kept configuration of a bucket as XML, without asking anybody.
    pub(crate) fn written(&self, bucket: &str) -> Option<String> {
        self.kept(bucket)
    }

    /// Forgets a bucket's configuration; with `everything` also what its versions were, because the bucket is gone.
    pub(crate) fn forget(&self, bucket: &str, everything: bool) {
        let _ = self.configs.lock().unwrap_or_else(PoisonError::into_inner).remove(bucket);
        if everything {
            self.ledger.forget(bucket);
        }
    }

    /// The kept configuration, read.
    pub(super) fn config(&self, bucket: &str) -> Option<Config> {
        Config::parse(&self.kept(bucket)?)
    }

    fn keep(&self, bucket: &str, xml: String) {
        let _ = self.configs.lock().unwrap_or_else(PoisonError::into_inner).insert(bucket.to_owned(), xml);
    }
}
