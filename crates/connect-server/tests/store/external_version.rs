//! The version that shows other processes' writes.

use crate::database::Database;
use crate::fixtures::user;

pub(crate) async fn another_process_changes_the_external_version(store: &Database) {
    let other = store.other_process().await;
    let version = async || store.external_version().await.expect("a version");
    let before = version().await;
    user(&**store, "here").await;
    assert_eq!(version().await, before, "own writes do not count");
    user(&*other, "there").await;
    let after = version().await;
    assert_ne!(after, before);
    assert_eq!(version().await, after);
}
