//! What only a file can do wrong.

use std::sync::Arc;

use go_expert::model::{Clock, Delivery, Effect};
use go_expert::store::{Recorded, SqliteStore, StoreError};
use sqlx::{Connection, Executor, SqliteConnection};

use super::world::*;

/// Why the file cannot be opened, with the reasons below it, and without the directory's name.
async fn refusal(file: &std::path::Path, directory: &std::path::Path) -> String {
    let error = SqliteStore::open(&format!("sqlite:{}", file.display()), Clock::system())
        .await
        .expect_err("the file was opened");
    format!("{:#}", anyhow::Error::from(error)).replace(&directory.display().to_string(), "DIR")
}

#[tokio::test]
async fn a_second_process_is_refused() {
    let mut sqlite = Sqlite::new();
    let store = sqlite.open(Time::default().clock()).await.unwrap();
    let file = sqlite.file();
    insta::assert_snapshot!(
        refusal(&file, file.parent().unwrap()).await,
        @"`DIR/queue.db` is in use by another go-expert process: stop that one, or name another file in GO_EXPERT_DATABASE_URL"
    );
    store.close().await;
    sqlite.open(Time::default().clock()).await.unwrap();
}

#[tokio::test]
async fn files_that_cannot_be_used_are_refused_with_advice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    std::fs::write(path.join("notes.txt"), "not a database, whatever its name\n".repeat(99))
        .unwrap();
    std::fs::create_dir(path.join("folder.db")).unwrap();

    let mut refusals = Vec::new();
    for name in ["missing/queue.db", "notes.txt/queue.db", "folder.db", "notes.txt"] {
        refusals.push(refusal(&path.join(name), path).await);
    }
    insta::assert_snapshot!(refusals.join("\n"), @"
    cannot use the database file `DIR/missing/queue.db`: its directory does not exist; create it, or name another file in GO_EXPERT_DATABASE_URL: No such file or directory (os error 2)
    cannot use the database file `DIR/notes.txt/queue.db`: name a file in an existing directory in GO_EXPERT_DATABASE_URL: Not a directory (os error 20)
    cannot use the database file `DIR/folder.db`: name a file in an existing directory in GO_EXPERT_DATABASE_URL: Is a directory (os error 21)
    `DIR/notes.txt` is not a SQLite database: name another file in GO_EXPERT_DATABASE_URL
    ");
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let mut sqlite = Sqlite::new();
    let file = sqlite.file();
    sqlite.open(Time::default().clock()).await.unwrap().close().await;
    let mut other = SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    other
        .execute("INSERT INTO _sqlx_migrations VALUES (99, 'later', '2030-01-01', TRUE, x'', 0)")
        .await
        .unwrap();
    other.close().await.unwrap();
    insta::assert_snapshot!(
        refusal(&file, file.parent().unwrap()).await,
        @"the database has schema version 99, which this go-expert does not know: run the version that wrote it, or a newer one"
    );
    // The lock was let go, so that the right version can start.
    assert!(matches!(
        sqlite.open(Time::default().clock()).await.map(|_| ()),
        Err(StoreError::NewerSchema { found: 99 })
    ));
}

/// On this runtime the writer is polled only when all three have sent: they are one transaction.
#[tokio::test(flavor = "current_thread")]
async fn a_failing_delivery_does_not_fail_its_neighbours() {
    let mut sqlite = Sqlite::new();
    let store = sqlite.open(Time::default().clock()).await.unwrap();
    let mut other = SqliteConnection::connect(sqlite.file().to_str().unwrap()).await.unwrap();
    other
        .execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON delivery WHEN NEW.id = 'bad'
             BEGIN SELECT RAISE(ROLLBACK, 'refused'); END",
        )
        .await
        .unwrap();
    let deliver = |id: &'static str, pr| {
        let store = Arc::clone(&store);
        let delivery = Delivery { id: delivery_id(id), effect: Effect::Enqueue(job(pr)) };
        async move { store.record(delivery).await }
    };
    let (before, bad, after) = tokio::join!(deliver("x", 1), deliver("bad", 2), deliver("y", 3));
    assert_eq!((before.unwrap(), after.unwrap()), (Recorded::New, Recorded::New));
    assert!(matches!(bad, Err(StoreError::Database(_))));
    let queue = store.queue().await.unwrap();
    assert_eq!((queue.queued, queue.running), (2, 0));
}

#[tokio::test]
async fn a_request_that_cannot_be_read_is_buried() {
    let mut sqlite = Sqlite::new();
    let store = sqlite.open(Time::default().clock()).await.unwrap();
    for pr in [1, 2] {
        let id = delivery_id(&format!("d{pr}"));
        store.record(Delivery { id, effect: Effect::Enqueue(job(pr)) }).await.unwrap();
    }
    let mut other = SqliteConnection::connect(sqlite.file().to_str().unwrap()).await.unwrap();
    other.execute("UPDATE job SET payload = '{}' WHERE key = 'review:1#1'").await.unwrap();

    assert_eq!(store.claim("worker", LEASE).await.unwrap().unwrap().key, key(2));
    let buried = &store.queue().await.unwrap().latest_buried[0];
    assert_eq!((&buried.key, &buried.job), (&key(1), &None));
    assert_eq!(buried.reason, "its stored request cannot be read by this version");
}
