//! The API: one table of endpoints, from which the routes and the OpenAPI document come.

mod accounts;
mod appeals;
mod cases;
mod colour;
mod deletions;
mod documents;
mod evidence_given;
mod exposure_notices;
mod follow_ups;
mod held;
mod imports;
mod interviews;
mod issuers;
mod leaving;
mod line_lists;
mod log;
mod machine;
mod overrides;
mod oversight;
mod particulars;
mod passes;
mod passkeys;
mod people;
mod place_traces;
mod push_subscriptions;
mod questions;
mod receipts;
mod replays;
mod rule_sets;
mod shares;
mod sign_in;
mod statements;
mod tests_reported;
mod travel;
mod venues;
mod visits;

pub(crate) use self::{
    appeals::attachment, passes::remembered, people::household, rule_sets::findings, sign_in::send_code,
};

use axum::{Router, routing::MethodRouter};
use office::permissions::UseCase;
use utoipa::{
    ToSchema,
    openapi::{
        self, ContentBuilder, Info, OpenApi, OpenApiBuilder, Ref, RefOr, Required, ResponseBuilder, Schema,
        path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn, PathItem},
        request_body::RequestBodyBuilder,
        schema::{ComponentsBuilder, ObjectBuilder, Type},
    },
};

use crate::{problem, service::Service};

/// A schema, and those it needs with their names. It stands in the operation itself: two endpoints may call their bodies alike.
type Body = (RefOr<Schema>, Vec<(String, RefOr<Schema>)>);

/// An endpoint.
pub(crate) struct Endpoint {
    method: HttpMethod,
    path: &'static str,
    /// What it does, in a sentence.
    says: &'static str,
    /// What must be allowed; `None` where anybody may.
    may: Option<UseCase>,
    takes: Option<Body>,
    /// Which of its two forms the answer has: JSON, or bytes of another kind.
    kind: &'static str,
    gives: u16,
    headers: &'static [&'static str],
    queries: &'static [&'static str],
    handler: MethodRouter<Service>,
}

impl Endpoint {
    fn new(
        method: HttpMethod,
        path: &'static str,
        says: &'static str,
        handler: MethodRouter<Service>,
    ) -> Self {
        Endpoint {
            method,
            path,
            says,
            may: None,
            takes: None,
            kind: "application/json",
            gives: 200,
            headers: &[],
            queries: &[],
            handler,
        }
    }

    /// A read.
    pub(crate) fn get(path: &'static str, says: &'static str, handler: MethodRouter<Service>) -> Self {
        Endpoint::new(HttpMethod::Get, path, says, handler)
    }

    /// A write that takes a body.
    pub(crate) fn post<B: ToSchema>(
        path: &'static str,
        says: &'static str,
        handler: MethodRouter<Service>,
    ) -> Self {
        let mut needs = Vec::new();
        B::schemas(&mut needs);
        let headers = &["Idempotency-Key"];
        Endpoint {
            takes: Some((B::schema(), needs)),
            headers,
            ..Endpoint::new(HttpMethod::Post, path, says, handler)
        }
    }

    /// A deletion.
    pub(crate) fn delete(path: &'static str, says: &'static str, handler: MethodRouter<Service>) -> Self {
        Endpoint::new(HttpMethod::Delete, path, says, handler)
    }

    /// Only for those who may do this.
    pub(crate) fn may(self, what: UseCase) -> Self {
        Endpoint { may: Some(what), ..self }
    }

    /// Answers with this status.
    pub(crate) fn gives(self, status: u16) -> Self {
        Endpoint { gives: status, ..self }
    }

    /// Answers with something else than JSON.
    pub(crate) fn kind(self, kind: &'static str) -> Self {
        Endpoint { kind, ..self }
    }

    /// An officer says why they look.
    pub(crate) fn with_purpose(self) -> Self {
        let headers: &[&str] =
            if self.takes.is_some() { &["Idempotency-Key", "Purpose"] } else { &["Purpose"] };
        Endpoint { headers, ..self }
    }

    /// Takes words after the question mark.
    pub(crate) fn queries(self, queries: &'static [&'static str]) -> Self {
        Endpoint { queries, ..self }
    }

    fn operation(&self) -> openapi::path::Operation {
        let text = || ObjectBuilder::new().schema_type(Type::String).build();
        let id = self.method_word().to_owned() + &self.path.replace(['/', '{', '}', '-', '.'], "_");
        let mut operation = OperationBuilder::new().operation_id(Some(id)).summary(Some(self.says));
        for name in self.path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .schema(Some(text())),
            );
        }
        for (names, place) in [(self.headers, ParameterIn::Header), (self.queries, ParameterIn::Query)] {
            for name in names {
                operation = operation.parameter(
                    ParameterBuilder::new()
                        .name(*name)
                        .parameter_in(place.clone())
                        .required(Required::False)
                        .schema(Some(text())),
                );
            }
        }
        if let Some((schema, _)) = &self.takes {
            let content = ContentBuilder::new().schema(Some(schema.clone())).build();
            let body = RequestBodyBuilder::new().content("application/json", content);
            operation = operation.request_body(Some(body.required(Some(Required::True)).build()));
        }
        let any = ContentBuilder::new()
            .schema(Some(ObjectBuilder::new().schema_type(openapi::schema::SchemaType::AnyValue).build()));
        let answer = ResponseBuilder::new().description("Done.").content(self.kind, any.build()).build();
        operation = operation.response(self.gives.to_string(), answer);
        if self.method == HttpMethod::Get {
            let same = ResponseBuilder::new().description("Unchanged since `If-None-Match`.").build();
            operation = operation.response("304", same);
        }
        for status in problem::statuses() {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response = ResponseBuilder::new().description("See `docs/errors.md`.");
            operation = operation
                .response(status.to_string(), response.content("application/problem+json", content).build());
        }
        let mut operation = operation.build();
        if let Some(may) = self.may {
            let words = serde_json::json!(may.words());
            operation.extensions =
                Some(openapi::extensions::ExtensionsBuilder::new().add("x-may", words).build());
        }
        operation
    }

    fn method_word(&self) -> &'static str {
        match self.method {
            HttpMethod::Get => "get",
            HttpMethod::Delete => "delete",
            _ => "post",
        }
    }
}

fn endpoints() -> Vec<Endpoint> {
    [
        machine::endpoints(),
        sign_in::endpoints(),
        passkeys::endpoints(),
        people::endpoints(),
        particulars::endpoints(),
        evidence_given::endpoints(),
        visits::endpoints(),
        questions::endpoints(),
        colour::endpoints(),
        passes::endpoints(),
        appeals::endpoints(),
        overrides::endpoints(),
        held::endpoints(),
        cases::endpoints(),
        interviews::endpoints(),
        tests_reported::endpoints(),
        statements::endpoints(),
        travel::endpoints(),
        venues::endpoints(),
        shares::endpoints(),
        push_subscriptions::endpoints(),
        follow_ups::endpoints(),
        place_traces::endpoints(),
        exposure_notices::endpoints(),
        line_lists::endpoints(),
        oversight::endpoints(),
        imports::endpoints(),
        deletions::endpoints(),
        rule_sets::endpoints(),
        replays::endpoints(),
        issuers::endpoints(),
        leaving::endpoints(),
        receipts::endpoints(),
        log::endpoints(),
        documents::endpoints(),
        accounts::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The routes.
pub(crate) fn router() -> Router<Service> {
    endpoints()
        .into_iter()
        .fold(Router::new(), |router, endpoint| router.route(endpoint.path, endpoint.handler))
}

/// The document.
pub(crate) fn document() -> OpenApi {
    let mut components = ComponentsBuilder::new().schema("Problem", problem_schema());
    let mut paths = openapi::path::Paths::new();
    for endpoint in endpoints() {
        for (name, schema) in endpoint.takes.iter().flat_map(|(_, needs)| needs.clone()) {
            components = components.schema(name, schema);
        }
        let item = PathItem::new(endpoint.method.clone(), endpoint.operation());
        match paths.paths.get_mut(endpoint.path) {
            Some(known) => known.merge_operations(item),
            None => drop(paths.paths.insert(endpoint.path.to_owned(), item)),
        }
    }
    let info = Info::builder().title("Clean Bill").version(env!("CARGO_PKG_VERSION")).description(Some(
        "The office of a health authority. `x-may` names what a role must be allowed (docs/roles.md).",
    ));
    OpenApiBuilder::new().info(info.build()).paths(paths).components(Some(components.build())).build()
}

fn problem_schema() -> Schema {
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let number = ObjectBuilder::new().schema_type(Type::Integer).build();
    ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("type", text())
        .property("title", text())
        .property("status", number)
        .property("detail", text())
        .property("instance", text())
        .required("type")
        .required("title")
        .required("status")
        .into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn no_two_schemas_have_one_name() {
        let mut known: BTreeMap<String, serde_json::Value> = BTreeMap::new();
        for (name, schema) in
            endpoints().into_iter().flat_map(|endpoint| endpoint.takes).flat_map(|(_, needs)| needs)
        {
            let schema = serde_json::to_value(schema).unwrap();
            let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
            assert_eq!(*before, schema, "{name} is the name of two schemas");
        }
        assert!(!known.is_empty());
    }

    #[test]
    fn the_body_of_each_endpoint_is_its_own() {
        let document = serde_json::to_value(document()).unwrap();
        let body = |path: &str| {
            document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"].clone()
        };
        let fields = |path: &str| {
            body(path)["properties"].as_object().map(|of| of.keys().cloned().collect::<Vec<_>>())
        };
        let held = |what: &str| fields(&format!("/api/v1/held/{what}/release")).unwrap();
        assert_eq!(held("{proposal}"), ["goes_on"]);
        assert_eq!(held("place-traces/{trace}"), ["goes_on"]);
        assert_eq!(held("statements/{statement}"), ["counts"]);
        assert!(fields("/api/v1/people/{person}/cases").unwrap().contains(&"onset".to_owned()));
    }
}
