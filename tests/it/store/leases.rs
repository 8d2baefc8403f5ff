//! Who may run a job, for how long, and what a crash leaves behind.

use std::sync::Arc;

use go_expert::model::Effect;
use go_expert::store::{End, Settled, Standing};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::world::*;

pub(crate) async fn two_claims_at_once_get_one_job(world: World) {
    for pr in 0..20 {
        world.enqueue(job(pr)).await;
        let (barrier, mut claims) = (Arc::new(Barrier::new(4)), JoinSet::new());
        for owner in ["a", "b", "c", "d"] {
            let (barrier, store) = (Arc::clone(&barrier), Arc::clone(&world.store));
            claims.spawn(async move {
                barrier.wait().await;
                store.claim(owner, LEASE).await.unwrap()
            });
        }
        let claimed = claims.join_all().await.into_iter().flatten().count();
        assert_eq!(claimed, 1, "pull request {pr}");
    }
}

pub(crate) async fn a_lease_that_ran_out_is_taken_over(world: World) {
    world.enqueue(job(1)).await;
    let first = world.claim().await.unwrap();
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.time.now() + LEASE));
    world.time.advance(LEASE - SECOND);
    assert_eq!(world.claim().await, None);
    world.time.advance(SECOND);
    let second = world.claim().await.unwrap();
    assert_eq!((second.attempt, second.generation), (2, first.generation));
    assert_ne!(second.lease, first.lease);
}

pub(crate) async fn a_renewed_lease_is_kept(world: World) {
    world.enqueue(job(1)).await;
    let claim = world.claim().await.unwrap();
    for _ in 0..3 {
        world.time.advance(LEASE - SECOND);
        assert_eq!(world.store.renew(&claim, LEASE).await.unwrap(), Standing::Ours);
        assert_eq!(world.claim().await, None);
    }
    world.time.advance(LEASE - SECOND);
    assert_eq!(world.store.begin_publish(&claim, LEASE).await.unwrap(), Standing::Ours);
    world.time.advance(LEASE - SECOND);
    assert_eq!(world.claim().await, None, "writing renews too");
}

pub(crate) async fn a_lost_lease_changes_nothing(world: World) {
    world.enqueue(job(1)).await;
    let lost = world.claim().await.unwrap();
    world.time.advance(LEASE);
    let held = world.claim().await.unwrap();

    assert_eq!(world.store.renew(&lost, LEASE * 9).await.unwrap(), Standing::Lost);
    assert_eq!(world.store.begin_publish(&lost, LEASE * 9).await.unwrap(), Standing::Lost);
    for end in [
        End::Done,
        End::Release,
        End::Bury { reason: "no".to_owned() },
        End::Retry { at: world.time.now(), error: "no".to_owned() },
    ] {
        assert_eq!(world.settle(&lost, end).await, Settled::Lost);
    }
    assert_eq!(world.store.next_due().await.unwrap(), Some(world.time.now() + LEASE));
    assert_eq!(world.settle(&held, End::Done).await, Settled::Gone);

    // A job of the same name that came later is somebody else's as well.
    world.enqueue(job(1)).await;
    world.claim().await.unwrap();
    assert_eq!(world.settle(&held, End::Done).await, Settled::Lost);
    assert_eq!(world.queue().await, "0 queued, 1 running, 0 buried");
}

pub(crate) async fn a_crash_gives_leases_back_and_remembers_writes(mut world: World) {
    world.enqueue(job(1)).await;
    world.enqueue(job(2)).await;
    world.enqueue(job(3)).await;
    let writing = world.claim().await.unwrap();
    let began = world.time.now();
    world.store.begin_publish(&writing, LEASE).await.unwrap();
    let cancelled = world.claim().await.unwrap();
    world.record(Effect::Cancel(cancelled.key.clone())).await;
    world.time.advance(SECOND);

    world.crash().await;
    assert_eq!(world.queue().await, "1 queued, 2 running, 0 buried");
    assert_eq!(world.store.take_back().await.unwrap(), 2);

    let mut claims = vec![];
    while let Some(claim) = world.claim().await {
        claims.push((claim.key, claim.attempt, claim.publishing_since));
    }
    claims.sort();
    assert_eq!(claims, [(writing.key, 2, Some(began)), (key(3), 1, None)]);
}

pub(crate) async fn a_finished_run_clears_the_memory_of_writes(world: World) {
    world.enqueue(job(1)).await;
    let claim = world.claim().await.unwrap();
    assert_eq!(claim.publishing_since, None);
    world.store.begin_publish(&claim, LEASE).await.unwrap();
    let began = world.time.now();
    world.time.advance(SECOND);

    // A failure keeps it, from the first time on.
    let retry = End::Retry { at: world.time.now(), error: "answer lost".to_owned() };
    world.settle(&claim, retry).await;
    let claim = world.claim().await.unwrap();
    assert_eq!(claim.publishing_since, Some(began));
    world.store.begin_publish(&claim, LEASE).await.unwrap();
    world.settle(&claim, End::Release).await;
    let claim = world.claim().await.unwrap();
    assert_eq!(claim.publishing_since, Some(began));

    world.enqueue(job(1)).await;
    world.settle(&claim, End::Done).await;
    assert_eq!(world.claim().await.unwrap().publishing_since, None);
}

pub(crate) async fn a_released_attempt_does_not_count(world: World) {
    world.enqueue(job(1)).await;
    for _ in 0..3 {
        let claim = world.claim().await.unwrap();
        assert_eq!(claim.attempt, 1);
        assert_eq!(world.settle(&claim, End::Release).await, Settled::Queued);
    }
}
