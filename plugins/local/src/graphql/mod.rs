//! GraphQL, as the official command line speaks it: what it does with chains goes no other way.
//!
//! The platform's own schema is not published. This one has the fields that the client sends, with
//! its names and its literals; what is answered is a part of what REST answers. Names stand as they
//! are in the code, `lowercase`: the rule for snake case would make `s_3_key` of `s3_key`.

mod answer;
mod bounds;
mod credentials;
mod error;
mod input;
mod mutation;
mod query;
mod types;

use std::sync::Arc;

use async_graphql::{EmptySubscription, Schema};
use axum::Router;
use axum::routing::post;

use crate::shared::Shared;

/// More than any document of a client; a list of the schema's own types needs the most.
const DEPTH: usize = 20;
const COMPLEXITY: usize = 300;
/// No client sends any.
const DIRECTIVES: usize = 8;

type PlatformSchema = Schema<query::Query, mutation::Mutation, EmptySubscription>;

/// What the handler gets.
#[derive(Clone)]
struct App {
    shared: Arc<Shared>,
    schema: PlatformSchema,
}

/// Where the platform is reached, as `http://host:port`. It differs by request.
struct BaseUrl(String);

/// `/graphql`, with and without the slash. It answers a bad key itself, so that it stands outside
/// of what asks for one.
pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    let schema = Schema::build(query::Query, mutation::Mutation, EmptySubscription)
        .limit_depth(DEPTH)
        .limit_complexity(COMPLEXITY)
        .limit_directives(DIRECTIVES)
        .data(Arc::clone(shared))
        .finish();
    let app = App {
        shared: Arc::clone(shared),
        schema,
    };
    Router::new()
        .route("/graphql", post(answer::answer))
        .route("/graphql/", post(answer::answer))
        .with_state(app)
}
