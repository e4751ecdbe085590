//! The router over all endpoints, with its middleware.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::Response,
};

use crate::{controls, fault_injection, link, routes, state::AppState};

pub(crate) fn router(state: AppState) -> Router {
    Router::new()
        .merge(routes::router())
        .merge(link::router())
        .merge(controls::router())
        .layer(middleware::from_fn_with_state(state.clone(), intercept))
        .with_state(state)
}

/// Logs every request and injects its faults, except for requests to the controls.
async fn intercept(State(app): State<AppState>, request: Request, next: Next) -> Response {
    if request.uri().path().starts_with(controls::PREFIX) {
        return next.run(request).await;
    }
    let at = app.clock.now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = fault_injection::respond(&app, request, next).await;
    app.requests.add(at, &method, &path, response.status());
    response
}
