//! The loopback address that webhooks are sent to. It outlives the service behind it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tower::ServiceExt;

/// A web server whose router can be replaced.
pub(crate) struct Host {
    url: String,
    router: Arc<Mutex<Option<Router>>>,
    server: tokio::task::JoinHandle<()>,
}

impl Host {
    /// Listens on a free port; until there is a router, everything is 503.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router: Arc<Mutex<Option<Router>>> = Arc::default();
        let app = Router::new().fallback(forward).with_state(router.clone());
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, router, server }
    }

    /// `http://127.0.0.1:…`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Puts a service behind the address, or takes it away.
    pub(crate) fn set(&self, router: Option<Router>) {
        *self.router.lock().unwrap() = router;
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn forward(State(router): State<Arc<Mutex<Option<Router>>>>, request: Request) -> Response {
    let router = router.lock().unwrap().clone();
    match router {
        Some(router) => router.oneshot(request).await.into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
