//! `runtime.transport`: a mapping whose `kind` says which keys it has.

use plimsoll_core::schema::{
    Custom, Default, Extra, Field, Form, Model, Reader, Type, dump as dump_model, property,
};
use plimsoll_core::value::{Map, Node, Value};
use serde_json::{Value as Json, json};

/// The type of `runtime.transport`.
#[derive(Debug)]
pub(crate) struct Transport;

pub(crate) static TRANSPORT: Transport = Transport;

const KINDS: [&str; 3] = ["http", "websocket", "grpc"];

static PLAIN: Model = Model {
    extra: Extra::Drop,
    ..Model::new(
        "Transport",
        "How requests reach the model.",
        &[Field::required(
            "kind",
            Type::Enum(&KINDS),
            "http, websocket or grpc.",
        )],
    )
};

static WEBSOCKET: Model = Model {
    extra: Extra::Drop,
    ..Model::new(
        "WebsocketOptions",
        "Requests over a WebSocket.",
        &[
            Field::required("kind", Type::Enum(&KINDS), "websocket."),
            Field::new(
                "ping_interval_seconds",
                Type::Nullable(&Type::Float),
                Default::Null,
                "Time between pings, in seconds.",
            ),
            Field::new(
                "ping_timeout_seconds",
                Type::Nullable(&Type::Float),
                Default::Null,
                "Time to wait for the answer to a ping, in seconds.",
            ),
        ],
    )
};

/// The kind of a transport that has been read.
pub(crate) fn kind_of(node: &Node) -> Option<&str> {
    node.get("kind").and_then(Node::as_str)
}

/// A transport of this kind and nothing else.
pub(crate) fn of_kind(kind: &str, like: &Node) -> Node {
    let mut map = Map::new();
    map.set(
        "kind",
        Node::with_origin(Value::Str(kind.into()), like.origin),
    );
    Node::with_origin(Value::Map(Box::new(map)), like.origin)
}

impl Custom for Transport {
    fn read(&self, node: &mut Node, reader: &mut Reader<'_>) {
        if node.as_map().is_some_and(Map::is_empty) {
            *node = of_kind("http", node);
        }
        match kind_of(node) {
            Some("websocket") => reader.model(&WEBSOCKET, node),
            Some(kind) if !KINDS.contains(&kind) => {
                let span = node.get("kind").and_then(Node::span);
                reader.below("kind", |reader| {
                    reader.unknown_value(kind, span, &KINDS);
                });
            }
            _ => reader.model(&PLAIN, node),
        }
    }

    fn dump(&self, node: &Node, _: Form) -> Node {
        let model = if kind_of(node) == Some("websocket") {
            &WEBSOCKET
        } else {
            &PLAIN
        };
        dump_model(model, node, Form::Full)
    }

    fn schema(&self) -> Json {
        let fields = WEBSOCKET.fields.iter().chain(PLAIN.fields);
        let mut properties: serde_json::Map<_, _> = fields
            .map(|field| (field.name.to_owned(), property(field)))
            .collect();
        properties["kind"]["default"] = "http".into();
        json!({ "type": "object", "properties": properties })
    }

    fn describe(&self) -> String {
        "a mapping whose `kind` is http, websocket or grpc".to_owned()
    }
}
