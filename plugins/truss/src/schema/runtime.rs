//! `runtime`: how the model server runs.

use plimsoll_core::schema::{Custom as _, Default, Field, Form, MAX, MIN, Model, Reader, Type};
use plimsoll_core::value::{Node, Origin, Value};

use super::transport::{TRANSPORT, kind_of, of_kind};
use crate::checks;
use crate::python::is_truthy;

const INT: Type = Type::Int(MIN, MAX);

/// How the model server runs.
pub(crate) static RUNTIME: Model = Model {
    before: Some(legacy),
    dumped: Some(finish),
    ..Model::new("Runtime", "How the model server runs.", FIELDS)
};

static FIELDS: &[Field] = &[
    Field::new(
        "predict_concurrency",
        INT,
        Default::Int(1),
        "How many requests the model's predict method takes at a time.",
    ),
    Field::new(
        "streaming_read_timeout",
        INT,
        Default::Int(60),
        "Time to wait for the next piece of a stream, in seconds.",
    ),
    Field::new(
        "enable_tracing_data",
        Type::Bool,
        Default::Bool(false),
        "Export traces. Costs some speed.",
    ),
    Field::new(
        "enable_debug_logs",
        Type::Bool,
        Default::Bool(false),
        "Log at level DEBUG instead of INFO.",
    ),
    Field::new(
        "transport",
        Type::Custom(&TRANSPORT),
        Default::Model,
        "How requests reach the model: http, websocket or grpc.",
    ),
    Field::new(
        "is_websocket_endpoint",
        Type::Nullable(&Type::Bool),
        Default::Bool(false),
        "Follows from `transport`. Do not set.",
    ),
    Field::new(
        "health_checks",
        Type::Model(&HEALTH_CHECKS),
        Default::Model,
        "When a replica counts as unhealthy.",
    ),
    Field::new(
        "oidc",
        Type::Model(&OIDC),
        Default::Model,
        "Whether the model gets an OIDC token.",
    ),
    Field::new(
        "remote_ssh",
        Type::Model(&REMOTE_SSH),
        Default::Model,
        "Whether replicas can be reached by SSH.",
    ),
    Field::new(
        "egress_restrictions",
        Type::Nullable(&Type::Model(&EGRESS)),
        Default::Null,
        "Where the model may connect to; everywhere when unset.",
    ),
    Field::new(
        "truss_server_version_override",
        Type::Nullable(&Type::StrWith(checks::version)),
        Default::Null,
        "Version of the Truss server to build in.",
    ),
];

const SECONDS: Type = Type::Nullable(&INT);

static HEALTH_CHECKS: Model = Model::new(
    "HealthChecks",
    "When a replica counts as unhealthy. Unset leaves it to the platform.",
    &[
        Field::new(
            "restart_check_delay_seconds",
            SECONDS,
            Default::Null,
            "Time before the first restart check, in seconds.",
        ),
        Field::new(
            "restart_threshold_seconds",
            SECONDS,
            Default::Null,
            "Time after which an unhealthy replica is restarted, in seconds.",
        ),
        Field::new(
            "stop_traffic_threshold_seconds",
            SECONDS,
            Default::Null,
            "Time after which an unhealthy replica gets no more requests, in seconds.",
        ),
        Field::new(
            "startup_threshold_seconds",
            SECONDS,
            Default::Null,
            "Time that a replica has to start, in seconds.",
        ),
    ],
);

static OIDC: Model = Model::new(
    "OIDC",
    "Whether the model gets an OIDC token.",
    &[Field::new(
        "enabled",
        Type::Nullable(&Type::Bool),
        Default::Null,
        "true, false, or null for the platform's own default.",
    )],
);

static REMOTE_SSH: Model = Model::new(
    "RemoteSSH",
    "Whether replicas can be reached by SSH.",
    &[Field::new(
        "enabled",
        Type::Bool,
        Default::Bool(false),
        "Whether they can.",
    )],
);

static EGRESS: Model = Model::new(
    "EgressRestrictions",
    "Where the model may connect to. Empty lists allow nothing.",
    &[
        Field::new(
            "ip_allow_list",
            Type::Nullable(&Type::List(&Type::StrWith(checks::ipv4_network))),
            Default::Null,
            "IPv4 addresses and networks.",
        ),
        Field::new(
            "fqdn_allow_list",
            Type::Nullable(&Type::List(&Type::StrWith(checks::domain_name))),
            Default::Null,
            "Domain names; `*` stands for any part of a label.",
        ),
    ],
);

/// The two old ways of saying things.
fn legacy(node: &mut Node, reader: &mut Reader<'_>) {
    let like = node.clone();
    let Some(map) = node.as_map_mut() else { return };
    if let Some(workers) = map.get("num_workers")
        && !is_one(workers)
    {
        let span = workers.span();
        let message = "`runtime.num_workers` must be 1: one worker a server is all there is";
        reader.invalid(span, message, "1, or no such key");
    }
    let no_transport = map.get("transport").is_none_or(Node::is_null);
    let websocket = map.get("is_websocket_endpoint").is_some_and(is_truthy);
    if no_transport && websocket {
        let flag = map.get("is_websocket_endpoint").cloned().unwrap_or(like);
        let message = "`is_websocket_endpoint` is an old way to say `transport: {kind: websocket}`";
        reader.warn("deprecated", flag.span(), message);
        map.set("transport", of_kind("websocket", &flag));
    }
}

fn is_one(node: &Node) -> bool {
    match node.value {
        Value::Int(number) => number == 1,
        Value::Bool(flag) => flag,
        Value::Float(number) => number == 1.0,
        _ => false,
    }
}

/// `transport` and `is_websocket_endpoint` follow from one another and are always shown together.
fn finish(node: &Node, out: &mut Node, _: Form) {
    let flagged = node.get("is_websocket_endpoint").and_then(Node::as_bool) == Some(true);
    let written = node.get("transport");
    let kind = match written.and_then(kind_of) {
        _ if flagged => "websocket",
        Some(kind) => kind,
        None => "http",
    };
    let shown = match written {
        Some(transport) if kind_of(transport) == Some(kind) => transport.clone(),
        _ => of_kind(kind, &Node::with_origin(Value::Null, Origin::default())),
    };
    let websocket = Node::with_origin(Value::Bool(kind == "websocket"), shown.origin);
    if let Some(map) = out.as_map_mut() {
        map.set("transport", TRANSPORT.dump(&shown, Form::Full));
        map.set("is_websocket_endpoint", websocket);
    }
}
