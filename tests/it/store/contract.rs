//! What recording, replacing, cancelling and burying mean.

use go_expert::model::{Delivery, Effect, InstallationId, RepoId};
use go_expert::store::{End, Recorded, Settled, Standing, StoreError};

use super::world::*;

pub(crate) async fn a_redelivery_changes_nothing(world: World) {
    let deliver = |job| {
        let delivery = Delivery { id: delivery_id("same"), effect: Effect::Enqueue(job) };
        world.store.record(delivery)
    };
    assert_eq!(deliver(push(1, 'a')).await.unwrap(), Recorded::New);
    assert_eq!(deliver(push(1, 'b')).await.unwrap(), Recorded::Duplicate);

    let claim = world.claim().await.unwrap();
    assert_eq!((claim.generation, &claim.job), (1, &push(1, 'a')));
    world.store.settle(&claim, End::Done).await.unwrap();

    // Not even after the job is done.
    assert_eq!(deliver(push(1, 'b')).await.unwrap(), Recorded::Duplicate);
    assert_eq!(world.queue().await, "0 queued, 0 running, 0 buried");
}

pub(crate) async fn a_newer_job_replaces_a_queued_one(world: World) {
    world.enqueue(command(1, 7)).await;
    world.enqueue(command(1, 8)).await;
    world.enqueue(push(1, 'b')).await;
    assert_eq!(world.queue().await, "1 queued, 0 running, 0 buried");

    let claim = world.claim().await.unwrap();
    assert_eq!((claim.generation, claim.attempt), (3, 1));
    assert_eq!(claim.job.review.head, push(1, 'b').review.head);
    assert_eq!(comments(&claim), [7, 8]);
    assert_eq!(world.settle(&claim, End::Done).await, Settled::Gone);
    assert_eq!(world.queue().await, "0 queued, 0 running, 0 buried");
}

pub(crate) async fn deliveries_that_come_at_once_keep_their_order(world: World) {
    // On one thread all of them wait before the writer is polled: they share a transaction.
    let deliver = |id, effect| world.store.record(Delivery { id: delivery_id(id), effect });
    let recorded = tokio::join!(
        biased;
        deliver("1", Effect::Enqueue(command(1, 7))),
        deliver("2", Effect::Enqueue(job_of(2, 2, 1))),
        deliver("1", Effect::Enqueue(push(1, 'f'))),
        deliver("3", Effect::None),
        deliver("4", Effect::Enqueue(command(1, 8))),
        deliver("5", Effect::Cancel(key(2))),
        deliver("6", Effect::Enqueue(push(2, 'a'))),
        deliver("7", Effect::Enqueue(push(3, 'a'))),
        deliver("8", Effect::Cancel(key(3))),
    );
    let (new, again) = (Recorded::New, Recorded::Duplicate);
    let recorded: [Result<Recorded, StoreError>; 9] = recorded.into();
    let expected = [new, new, again, new, new, new, new, new, new];
    assert_eq!(recorded.map(Result::unwrap), expected);

    assert_eq!(world.queue().await, "3 queued, 0 running, 0 buried");
    let mut claims = Vec::new();
    while let Some(claim) = world.claim().await {
        claims.push(claim);
    }
    claims.sort_by(|a, b| a.key.cmp(&b.key));
    assert_eq!(comments(&claims[0]), [7, 8]);
    assert_eq!(claims[1].job, push(2, 'a'));
    assert_eq!(claims[2].job, job_of(2, 2, 1));
}

pub(crate) async fn a_newer_job_waits_for_the_running_one(world: World) {
    world.enqueue(command(1, 7)).await;
    let older = world.claim().await.unwrap();
    world.enqueue(command(1, 8)).await;

    assert_eq!(world.claim().await, None, "one run per key");
    assert_eq!(world.store.renew(&older, LEASE).await.unwrap(), Standing::Superseded);
    assert_eq!(world.store.begin_publish(&older, LEASE).await.unwrap(), Standing::Superseded);

    // It finished all the same, and so has answered its command.
    assert_eq!(world.settle(&older, End::Done).await, Settled::Queued);
    let newer = world.claim().await.unwrap();
    assert_eq!((newer.generation, newer.attempt, comments(&newer)), (2, 1, vec![8]));
    assert_eq!(newer.publishing_since, None);
}

pub(crate) async fn commands_of_a_superseded_run_are_kept(world: World) {
    world.enqueue(command(1, 7)).await;
    let older = world.claim().await.unwrap();
    world.enqueue(command(1, 8)).await;
    assert_eq!(world.settle(&older, End::Superseded).await, Settled::Queued);
    let newer = world.claim().await.unwrap();
    assert_eq!(comments(&newer), [7, 8]);
    assert_eq!(world.settle(&newer, End::Superseded).await, Settled::Gone, "nothing newer came");
}

pub(crate) async fn unfinished_writes_are_remembered_when_superseded(world: World) {
    world.enqueue(push(1, 'a')).await;
    let older = world.claim().await.unwrap();
    let began = world.time.now();
    assert_eq!(world.store.begin_publish(&older, LEASE).await.unwrap(), Standing::Ours);
    world.enqueue(push(1, 'b')).await;
    world.settle(&older, End::Superseded).await;
    world.time.advance(SECOND);
    assert_eq!(world.claim().await.unwrap().publishing_since, Some(began));
}

pub(crate) async fn cancelling_takes_a_queued_job_out(world: World) {
    world.enqueue(job(1)).await;
    world.enqueue(job(2)).await;
    world.record(Effect::Cancel(key(1))).await;
    world.record(Effect::Cancel(key(3))).await;
    assert_eq!(world.queue().await, "1 queued, 0 running, 0 buried");
    assert_eq!(world.claim().await.unwrap().key, key(2));
}

pub(crate) async fn cancelling_stops_a_running_job(world: World) {
    for (pr, end) in [
        End::Done,
        End::Superseded,
        End::Release,
        End::Bury { reason: "no".to_owned() },
        End::Retry { at: world.time.now(), error: "no".to_owned() },
    ]
    .into_iter()
    .enumerate()
    {
        world.enqueue(job(pr as u64)).await;
        let claim = world.claim().await.unwrap();
        // A request that came behind the run goes too.
        world.enqueue(job(pr as u64)).await;
        world.record(Effect::Cancel(claim.key.clone())).await;
        assert_eq!(world.store.renew(&claim, LEASE).await.unwrap(), Standing::Cancelled);
        assert_eq!(world.store.begin_publish(&claim, LEASE).await.unwrap(), Standing::Cancelled);
        assert_eq!(world.settle(&claim, end).await, Settled::Gone);
    }
    assert_eq!(world.queue().await, "0 queued, 0 running, 0 buried");
}

pub(crate) async fn reopening_lifts_a_cancellation(world: World) {
    world.enqueue(push(1, 'a')).await;
    let claim = world.claim().await.unwrap();
    world.record(Effect::Cancel(key(1))).await;
    world.enqueue(push(1, 'b')).await;
    assert_eq!(world.store.renew(&claim, LEASE).await.unwrap(), Standing::Superseded);
    assert_eq!(world.settle(&claim, End::Superseded).await, Settled::Queued);
    assert_eq!(world.claim().await.unwrap().job, push(1, 'b'));
}

pub(crate) async fn a_cancelled_job_of_a_dead_worker_goes(world: World) {
    world.enqueue(job(1)).await;
    world.claim().await.unwrap();
    world.record(Effect::Cancel(key(1))).await;
    world.time.advance(LEASE);
    world.enqueue(job(2)).await;
    assert_eq!(world.claim().await.unwrap().key, key(2));
    assert_eq!(world.queue().await, "0 queued, 1 running, 0 buried");
}

pub(crate) async fn an_installation_takes_its_jobs_along(world: World) {
    world.enqueue(job_of(1, 1, 1)).await;
    world.enqueue(job_of(1, 2, 1)).await;
    world.enqueue(job_of(2, 3, 1)).await;
    let running = world.claim().await.unwrap();
    world.record(Effect::InstallationGone(InstallationId(1))).await;
    assert_eq!(world.store.renew(&running, LEASE).await.unwrap(), Standing::Cancelled);
    assert_eq!(world.settle(&running, End::Done).await, Settled::Gone);
    assert_eq!(world.claim().await.unwrap().job, job_of(2, 3, 1));
    assert_eq!(world.queue().await, "0 queued, 1 running, 0 buried");

    // It may come back.
    world.record(Effect::InstallationGone(InstallationId(1))).await;
    world.enqueue(job_of(1, 1, 1)).await;
    assert_eq!(world.claim().await.unwrap().job, job_of(1, 1, 1));
}

pub(crate) async fn repositories_take_their_jobs_along(world: World) {
    for repo in [1, 2, 3] {
        world.enqueue(job_of(1, repo, 1)).await;
    }
    let running = world.claim().await.unwrap();
    let gone = vec![running.job.review.repo_id, RepoId(3)];
    // Another installation has no say in it.
    world.record(Effect::RepositoriesGone(InstallationId(9), gone.clone())).await;
    assert_eq!(world.store.renew(&running, LEASE).await.unwrap(), Standing::Ours);
    world.record(Effect::RepositoriesGone(InstallationId(1), gone)).await;
    assert_eq!(world.store.renew(&running, LEASE).await.unwrap(), Standing::Cancelled);
    assert_eq!(world.queue().await, "1 queued, 1 running, 0 buried");
    assert_eq!(world.claim().await.unwrap().job.review.repo_id, RepoId(2));
}

pub(crate) async fn a_failed_job_waits_for_its_time(world: World) {
    world.enqueue(job(1)).await;
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.time.now()));
    let first = world.claim().await.unwrap();
    let (claimed_at, at) = (world.time.now(), world.time.now() + SECOND * 10);
    let error = "502 from GitHub".to_owned();
    assert_eq!(world.settle(&first, End::Retry { at, error }).await, Settled::Queued);

    assert_eq!(world.claim().await, None);
    assert_eq!(world.store.next_due().await.unwrap(), Some(at));
    world.time.advance(SECOND * 10);
    let second = world.claim().await.unwrap();
    assert_eq!((second.attempt, second.first_claimed_at), (2, claimed_at));
    assert_eq!(second.last_error.as_deref(), Some("502 from GitHub"));

    world.settle(&second, End::Done).await;
    assert_eq!(world.store.next_due().await.unwrap(), None);
}

pub(crate) async fn a_newer_job_need_not_wait_for_a_retry(world: World) {
    world.enqueue(push(1, 'a')).await;
    let failed = world.claim().await.unwrap();
    let at = world.time.now() + SECOND * 100;
    world.settle(&failed, End::Retry { at, error: "no".to_owned() }).await;
    world.enqueue(push(1, 'b')).await;
    let fresh = world.claim().await.unwrap();
    assert_eq!((fresh.attempt, fresh.last_error.as_deref()), (1, None));

    // The same where the newer one came while the run was failing.
    world.enqueue(push(1, 'c')).await;
    world.settle(&fresh, End::Retry { at, error: "no".to_owned() }).await;
    assert_eq!(world.claim().await.unwrap().attempt, 1);
}

pub(crate) async fn a_buried_job_can_be_seen_and_retried(world: World) {
    world.enqueue(push(1, 'a')).await;
    let claim = world.claim().await.unwrap();
    world.store.begin_publish(&claim, LEASE).await.unwrap();
    let reason = "repository not readable".to_owned();
    assert_eq!(world.settle(&claim, End::Bury { reason }).await, Settled::Buried);

    world.time.advance(LEASE * 100);
    assert_eq!(world.claim().await, None);
    assert_eq!(world.store.next_due().await.unwrap(), None);
    insta::assert_snapshot!(
        world.queue().await,
        @"0 queued, 0 running, 1 buried; review:1#1 at 1000000: repository not readable"
    );
    assert_eq!(world.store.queue().await.unwrap().latest_buried[0].job, Some(push(1, 'a')));

    assert!(!world.store.retry_buried(&key(2)).await.unwrap());
    assert!(world.store.retry_buried(&key(1)).await.unwrap());
    assert!(!world.store.retry_buried(&key(1)).await.unwrap(), "it is no longer buried");
    let again = world.claim().await.unwrap();
    assert_eq!((again.attempt, again.job), (1, push(1, 'a')));
    assert_eq!(again.publishing_since, claim.publishing_since.or(Some(claim.first_claimed_at)));
}

pub(crate) async fn a_newer_job_revives_a_buried_one(world: World) {
    world.enqueue(command(1, 7)).await;
    let claim = world.claim().await.unwrap();
    world.settle(&claim, End::Bury { reason: "no".to_owned() }).await;
    world.enqueue(push(1, 'b')).await;
    assert_eq!(world.queue().await, "1 queued, 0 running, 0 buried");
    let claim = world.claim().await.unwrap();
    assert_eq!((claim.attempt, comments(&claim)), (1, vec![7]), "nobody has answered the command");
}

pub(crate) async fn a_superseded_run_is_not_buried(world: World) {
    world.enqueue(push(1, 'a')).await;
    let claim = world.claim().await.unwrap();
    world.enqueue(push(1, 'b')).await;
    let end = End::Bury { reason: "no".to_owned() };
    assert_eq!(world.settle(&claim, end).await, Settled::Queued);
    assert_eq!(world.claim().await.unwrap().job, push(1, 'b'));
}

pub(crate) async fn old_deliveries_are_forgotten(world: World) {
    let deliver = |id| world.store.record(Delivery { id: delivery_id(id), effect: Effect::None });
    deliver("old").await.unwrap();
    world.time.advance(SECOND * 10);
    deliver("young").await.unwrap();
    assert_eq!(world.store.prune(SECOND * 5).await.unwrap(), 1);
    assert_eq!(deliver("young").await.unwrap(), Recorded::Duplicate);
    assert_eq!(deliver("old").await.unwrap(), Recorded::New);
}

pub(crate) async fn a_commit_wakes_those_who_wait(world: World) {
    let mut changed = std::pin::pin!(world.store.changed().notified());
    changed.as_mut().enable();
    world.enqueue(job(1)).await;
    changed.await;
}

pub(crate) async fn a_closed_store_records_nothing(world: World) {
    world.store.close().await;
    let delivery = Delivery { id: delivery_id("late"), effect: Effect::Enqueue(job(1)) };
    assert!(matches!(world.store.record(delivery).await, Err(StoreError::Closed)));
    assert!(matches!(world.store.claim("worker", LEASE).await, Err(StoreError::Closed)));
    assert!(matches!(world.store.queue().await, Err(StoreError::Closed)));
}

pub(crate) async fn closing_commits_what_was_accepted(mut world: World) {
    // On one thread the delivery is sent, and the store closed, before the writer is polled.
    let delivery = Delivery { id: delivery_id("last"), effect: Effect::Enqueue(job(1)) };
    let (recorded, ()) = tokio::join!(world.store.record(delivery), world.store.close());
    assert_eq!(recorded.unwrap(), Recorded::New);
    world.reopen().await;
    assert_eq!(world.claim().await.unwrap().key, key(1));
}
