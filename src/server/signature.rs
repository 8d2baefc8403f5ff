//! Checks that a webhook comes from GitHub: HMAC-SHA256 over its raw bytes.
//!
//! Source: docs.github.com, "Validating webhook deliveries".

use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

/// The header that carries the signature.
pub const HEADER: &str = "x-hub-signature-256";

const PREFIX: &str = "sha256=";

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature.
    #[error(
        "the header X-Hub-Signature-256 is missing; set a webhook secret in the App's settings"
    )]
    Missing,
    /// It is not of the form `sha256=` and 64 hexadecimal digits.
    #[error("the header X-Hub-Signature-256 is malformed")]
    Malformed,
    /// It belongs to none of our secrets.
    #[error("the signature does not match; check the webhook secret")]
    Wrong,
}

/// A signature as it came, not yet compared with anything.
#[derive(Debug)]
pub struct Signature([u8; 32]);

impl Signature {
    /// Reads the header's value.
    ///
    /// # Errors
    /// [`SignatureError::Missing`] or [`SignatureError::Malformed`].
    pub fn read(header: Option<&[u8]>) -> Result<Self, SignatureError> {
        let digits = header
            .ok_or(SignatureError::Missing)?
            .strip_prefix(PREFIX.as_bytes())
            .ok_or(SignatureError::Malformed)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| SignatureError::Malformed)?;
        Ok(Self(bytes))
    }

    /// Compares it in constant time with what each of the secrets gives for `body`.
    ///
    /// # Errors
    /// [`SignatureError::Wrong`] when none of them does.
    pub fn verify(&self, secrets: &[SecretString], body: &[u8]) -> Result<(), SignatureError> {
        let matches = |secret: &SecretString| {
            mac(secret, body).is_some_and(|it| it.verify_slice(&self.0).is_ok())
        };
        if secrets.iter().any(matches) { Ok(()) } else { Err(SignatureError::Wrong) }
    }
}

/// The header's value for `body`, as GitHub makes it.
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    let bytes = mac(secret, body).map(|it| it.finalize().into_bytes());
    format!("{PREFIX}{}", bytes.map(hex::encode).unwrap_or_default())
}

/// `None` never happens: HMAC takes keys of any length. An empty secret signs nothing, though.
fn mac(secret: &SecretString, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = secret.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok().filter(|_| !key.is_empty())?;
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// GitHub's own example: docs.github.com, "Testing the webhook payload validation".
    const EXAMPLE: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    #[track_caller]
    fn check(secrets: &[&str], header: Option<&str>) -> Result<(), SignatureError> {
        let secrets: Vec<_> = secrets.iter().map(|it| SecretString::from(*it)).collect();
        Signature::read(header.map(str::as_bytes))?.verify(&secrets, b"Hello, World!")
    }

    #[test]
    fn only_a_signature_by_one_of_the_secrets_is_believed() {
        let secret = "It's a Secret to Everybody";
        assert_eq!(sign(&secret.into(), b"Hello, World!"), EXAMPLE);
        assert_eq!(check(&[secret], Some(EXAMPLE)), Ok(()));
        assert_eq!(check(&["newer", secret], Some(EXAMPLE)), Ok(()));
        assert_eq!(check(&["newer"], Some(EXAMPLE)), Err(SignatureError::Wrong));
        assert_eq!(check(&[], Some(EXAMPLE)), Err(SignatureError::Wrong));
        assert_eq!(check(&[secret], None), Err(SignatureError::Missing));
        let sha1 = EXAMPLE.replace("sha256", "sha1");
        for header in ["", "sha256=", &EXAMPLE[7..], &EXAMPLE[..70], &sha1, &format!("{EXAMPLE}00")]
        {
            assert_eq!(check(&[secret], Some(header)), Err(SignatureError::Malformed), "{header}");
        }
        // HMAC itself would take the empty key.
        let by_nothing = "sha256=".to_owned()
            + &hex::encode(
                Hmac::<Sha256>::new_from_slice(b"")
                    .unwrap()
                    .chain_update(b"Hello, World!")
                    .finalize()
                    .into_bytes(),
            );
        assert_eq!(check(&[""], Some(&by_nothing)), Err(SignatureError::Wrong));
    }
}
