//! Upload credentials.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, Name, OutputType, Positioned, ServerResult, SimpleObject, Value,
};
use secrecy::ExposeSecret as _;

use crate::s3;
use crate::store::Upload;

/// Where to send an archive, and the temporary credentials for it.
#[derive(SimpleObject)]
#[graphql(rename_fields = "lowercase")]
pub(super) struct S3UploadCredentials {
    s3_bucket: String,
    s3_key: String,
    aws_access_key_id: String,
    aws_secret_access_key: String,
    aws_session_token: String,
}

/// The credentials as they were asked for, and, asked for or not, where S3 is. The official client
/// does not ask, and hands every field that it does not know to its S3 client, which then finds
/// this platform without any set-up of the user's.
pub(super) struct WithEndpoint {
    credentials: S3UploadCredentials,
    endpoint_url: String,
}

impl WithEndpoint {
    pub(super) fn new(upload: &Upload, base_url: &str) -> Self {
        Self {
            credentials: S3UploadCredentials {
                s3_bucket: s3::BUCKET.to_owned(),
                s3_key: upload.s3_key.clone(),
                aws_access_key_id: upload.access_key_id.clone(),
                aws_secret_access_key: upload.secret_key.expose_secret().to_owned(),
                aws_session_token: upload.session_token.expose_secret().to_owned(),
            },
            endpoint_url: format!("{base_url}/{}", s3::PREFIX),
        }
    }
}

impl OutputType for WithEndpoint {
    fn type_name() -> Cow<'static, str> {
        <S3UploadCredentials as OutputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <S3UploadCredentials as OutputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let mut value = OutputType::resolve(&self.credentials, ctx, field).await?;
        if let Value::Object(members) = &mut value {
            for (name, text) in [
                ("endpoint_url", self.endpoint_url.as_str()),
                ("region_name", s3::REGION),
            ] {
                members.insert(Name::new(name), Value::from(text));
            }
        }
        Ok(value)
    }
}
