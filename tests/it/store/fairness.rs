//! Whose turn it is.

use std::sync::Arc;
use std::time::Duration;

use go_expert::model::{Delivery, Effect, Timestamp};
use go_expert::store::{End, Settled};
use tokio::task::JoinSet;

use super::world::*;

/// Claims and finishes `count` jobs; returns their installations.
async fn finish(world: &World, count: usize) -> String {
    let mut order = Vec::new();
    for _ in 0..count {
        let Some(claim) = world.claim().await else { break };
        order.push(claim.job.installation.to_string());
        world.settle(&claim, End::Done).await;
    }
    order.join(" ")
}

pub(crate) async fn a_rate_limit_holds_the_whole_installation(world: World) {
    world.enqueue(job_of(1, 1, 1)).await;
    world.enqueue(job_of(1, 1, 2)).await;
    world.enqueue(job_of(2, 2, 1)).await;
    let limited = world.claim().await.unwrap();
    assert_eq!(finish(&world, 1).await, "2");
    let another = world.claim().await.unwrap();
    let until = world.time.now() + SECOND * 60;
    assert_eq!(world.settle(&limited, End::PutOff { until }).await, Settled::Queued);
    // A shorter limit does not lift a longer one.
    let sooner = End::PutOff { until: world.time.now() + SECOND };
    assert_eq!(world.settle(&another, sooner).await, Settled::Queued);
    assert_eq!(world.store.next_due().await.unwrap(), Some(until));

    // Others go on, and a job that comes later waits as well.
    world.enqueue(job_of(2, 2, 1)).await;
    assert_eq!(finish(&world, 3).await, "2");
    world.enqueue(job_of(1, 1, 3)).await;
    world.time.advance(SECOND * 59);
    assert_eq!(world.claim().await, None);
    world.time.advance(SECOND);
    let again = world.claim().await.unwrap();
    assert_eq!(again.attempt, 1, "being patient is no failed attempt");
    let end = End::PutOff { until: Timestamp(0) };
    world.settle(&again, end).await;
    assert_eq!(finish(&world, 9).await, "1 1 1");
}

pub(crate) async fn a_backlog_delays_another_installation_by_one_claim(world: World) {
    const BACKLOG: u64 = 10_000;
    let mut recording = JoinSet::new();
    for pr in 0..BACKLOG {
        let store = Arc::clone(&world.store);
        let delivery =
            Delivery { id: delivery_id(&format!("b{pr}")), effect: Effect::Enqueue(job(pr)) };
        recording.spawn(async move { store.record(delivery).await.unwrap() });
    }
    recording.join_all().await;
    assert_eq!(finish(&world, 3).await, "1 1 1");

    for repo in [2, 3] {
        world.enqueue(job_of(2, repo, 1)).await;
        let order = finish(&world, 2).await;
        assert!(order.contains('2'), "the other installation waited longer: {order}");
    }
    world.enqueue(job_of(2, 2, 1)).await;
    world.enqueue(job_of(2, 2, 2)).await;
    world.enqueue(job_of(3, 3, 1)).await;
    let mut turns: Vec<_> = finish(&world, 3).await.split(' ').map(str::to_owned).collect();
    turns.sort();
    assert_eq!(turns.join(" "), "1 2 3");
}

pub(crate) async fn waiting_does_not_save_up_turns(world: World) {
    // Installation 1 was served once and then idle, while 2 had a hundred turns.
    world.enqueue(job_of(1, 1, 0)).await;
    finish(&world, 1).await;
    for pr in 0..100 {
        world.enqueue(job_of(2, 2, pr)).await;
    }
    finish(&world, 90).await;

    for pr in 0..10 {
        world.enqueue(job_of(1, 1, pr)).await;
    }
    let order = finish(&world, 10).await;
    assert!(order == "1 1 2 1 2 1 2 1 2 1" || order == "1 2 1 2 1 2 1 2 1 2", "{order}");
}

pub(crate) async fn retries_do_not_overtake_other_installations(world: World) {
    // A hundred jobs of 1 failed long ago and are due again, while 2 has worked all the time.
    let at = world.time.now() + Duration::from_secs(100);
    for pr in 0..100 {
        world.enqueue(job_of(1, 1, pr)).await;
        let claim = world.claim().await.unwrap();
        world.settle(&claim, End::Retry { at, error: "502".to_owned() }).await;
    }
    world.time.advance(Duration::from_secs(100));
    world.enqueue(job_of(2, 2, 1)).await;
    assert!(finish(&world, 2).await.contains('2'));
}

pub(crate) async fn forgetting_an_installation_gives_no_turn_away(world: World) {
    for installation in 1..=3 {
        world.enqueue(job_of(installation, installation, 1)).await;
    }
    world.enqueue(job_of(1, 1, 2)).await;
    assert_eq!(finish(&world, 4).await, "1 2 3 1");
    world.store.prune(SECOND).await.unwrap();

    world.enqueue(job_of(1, 1, 1)).await;
    world.enqueue(job_of(2, 2, 1)).await;
    assert_eq!(finish(&world, 2).await, "2 1", "installation 1 had the latest turn");
}
