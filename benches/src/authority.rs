//! A certificate authority for one measurement: its key never leaves the process, its certificate goes beside the system's own.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::ServerConfig;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Where systems keep the certificates that they trust: Amazon Linux, Debian.
const BUNDLES: [&str; 2] = ["/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt"];
/// The endpoint's address. No name: looking one up would measure this machine's resolver.
pub(crate) const HOST: &str = "127.0.0.1";

/// What the endpoint shows, and what contenders trust.
pub(crate) struct Authority {
    pub(crate) server: Arc<ServerConfig>,
    /// The authority's certificate alone, in PEM.
    pub(crate) own: PathBuf,
    /// The system's certificates and the authority's: a process reads as many as it would on Lambda.
    pub(crate) bundle: PathBuf,
}

impl Authority {
    /// Makes both, and writes what is to be trusted into `folder`.
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let issuer = CertifiedIssuer::self_signed(authority()?, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new([HOST.to_owned()])?.signed_by(&key, &issuer)?;
        let secret = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let server = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], secret)?;
        let (own, bundle) = (folder.join("authority.pem"), folder.join("bundle.pem"));
        let pem = issuer.pem();
        std::fs::write(&own, &pem)?;
        std::fs::write(&bundle, format!("{}\n{pem}", system_certificates()?))?;
        Ok(Self { server: Arc::new(server), own, bundle })
    }
}

fn authority() -> Result<CertificateParams> {
    let mut params = CertificateParams::new(vec![])?;
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "Nightferry measurements");
    Ok(params)
}

fn system_certificates() -> Result<String> {
    let path = BUNDLES.iter().find(|path| Path::new(path).exists());
    let path = path.with_context(|| format!("this system keeps its certificates in neither of {BUNDLES:?}"))?;
    std::fs::read_to_string(path).with_context(|| (*path).to_owned())
}
