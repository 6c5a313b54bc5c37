use std::time::Duration;

use kpi_dashboard::demo::servers::{Redis, RedisOptions, Sentinel};
use kpi_dashboard::source::redis::examine;
use redis::Value;

use super::support::{Consumer, Seen, Truth, Writer, control, keys, order, target, wait_for};

fn server(settings: &[&str]) -> Redis {
    Redis::start(&RedisOptions {
        tcp: true,
        settings: settings.iter().map(|line| (*line).to_owned()).collect(),
        ..RedisOptions::default()
    })
    .unwrap()
}

fn signed_in(redis: &Redis) -> redis::Connection {
    let mut connection = control(redis);
    order(&mut connection, &["AUTH", "geheim"]);
    connection
}

#[tokio::test]
async fn a_fail_over_by_sentinel_is_followed_and_told() {
    let login = [
        "requirepass geheim",
        "masterauth geheim",
        "repl-diskless-sync-delay 0",
    ];
    let mut master = server(&login);
    let port = master.port().unwrap();
    let follows = format!("replicaof 127.0.0.1 {port}");
    let replica = server(&[&login[..], &[follows.as_str()]].concat());
    let mut asked = signed_in(&replica);
    wait_for("replication", Duration::from_secs(10), || {
        let Value::BulkString(info) = order(&mut asked, &["INFO", "replication"]) else {
            return false;
        };
        String::from_utf8_lossy(&info).contains("master_link_status:up")
    })
    .await;
    let settings =
        ["sentinel auth-pass mymaster geheim", "requirepass waechter"].map(str::to_owned);
    let sentinels = [(); 3].map(|()| Sentinel::start(port, 2, &settings).unwrap());
    for sentinel in &sentinels {
        let url = format!("redis://:waechter@127.0.0.1:{}", sentinel.port());
        let mut asked = redis::Client::open(url).unwrap().get_connection().unwrap();
        wait_for("sentinels that know each other", Duration::from_secs(15), || {
            let known = order(&mut asked, &["SENTINEL", "sentinels", "mymaster"]);
            let replicas = order(&mut asked, &["SENTINEL", "replicas", "mymaster"]);
            matches!((known, replicas), (Value::Array(a), Value::Array(b)) if a.len() == 2 && b.len() == 1)
        })
        .await;
    }
    // The first one named is gone for good.
    let hosts: Vec<_> = sentinels
        .iter()
        .map(|s| format!("127.0.0.1:{}", s.port()))
        .collect();
    let url = format!(
        "redis+sentinel://:geheim@127.0.0.1:1,{}/mymaster/0?sentinel_password=waechter",
        hosts.join(",")
    );
    let truth = Truth::default();
    let consumer = Consumer::of(target(&url), &truth);
    let mut writer = Writer::new(target(&url), &truth);
    writer.write(500).await;
    consumer.until("a connection", Seen::is_up).await;
    consumer.until_equal(&truth).await;

    master.stop();
    writer.write(500).await;
    consumer.until_equal(&truth).await;
    consumer
        .until_within("the news", Duration::from_secs(20), |seen| {
            seen.is_up()
                && seen
                    .resyncs
                    .iter()
                    .any(|(why, _)| why.contains("failed over"))
        })
        .await;
    writer.write(500).await;
    consumer.until_equal(&truth).await;
    let connected = examine(&target(&url), &keys()).await;
    let new = format!("127.0.0.1:{}", replica.port().unwrap());
    assert!(connected[0].what.contains(&new), "{connected:?}");
}

#[tokio::test]
async fn a_sentinel_that_does_not_know_the_master_or_the_password_says_so() {
    let master = server(&[]);
    let settings = ["requirepass waechter".to_owned()];
    let sentinel = Sentinel::start(master.port().unwrap(), 1, &settings).unwrap();
    let host = format!("127.0.0.1:{}", sentinel.port());
    let said = async |rest: &str| {
        let target = target(&format!("redis+sentinel://{host}/{rest}"));
        examine(&target, &keys()).await[0].what.clone()
    };
    let unknown = said("other?sentinel_password=waechter").await;
    assert!(unknown.contains("knows no master `other`"), "{unknown}");
    let login = said("mymaster?sentinel_password=wrong").await;
    assert!(login.contains("refuses the login"), "{login}");
    let fine = said("mymaster?sentinel_password=waechter").await;
    assert!(fine.starts_with("connected to"), "{fine}");
}

#[tokio::test]
async fn on_a_cluster_the_node_that_has_the_keys_is_found() {
    let nodes: [Redis; 2] = [(); 2].map(|()| {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let bus = format!("cluster-port {}", free.local_addr().unwrap().port());
        drop(free);
        server(&["cluster-enabled yes", &bus, "cluster-node-timeout 2000"])
    });
    let mut orders = [control(&nodes[0]), control(&nodes[1])];
    let Value::Int(slot) = order(&mut orders[0], &["CLUSTER", "KEYSLOT", "{kpi}:latest"]) else {
        panic!("a slot");
    };
    let text = |number: i64| number.to_string();
    let (before, own, after) = (text(slot - 1), text(slot), text(slot + 1));
    let others = ["CLUSTER", "ADDSLOTSRANGE", "0", &before, &after, "16383"];
    order(&mut orders[0], &others);
    order(&mut orders[1], &["CLUSTER", "ADDSLOTS", &own]);
    order(&mut orders[1], &["CLUSTER", "SET-CONFIG-EPOCH", "2"]);
    let Value::BulkString(settings) = &order(&mut orders[1], &["CLUSTER", "NODES"]) else {
        panic!("nodes");
    };
    // 127.0.0.1:port@bus
    let settings = String::from_utf8_lossy(settings).into_owned();
    let bus = settings.split(['@', ' ', ',']).nth(2).unwrap().to_owned();
    let port = nodes[1].port().unwrap().to_string();
    order(
        &mut orders[0],
        &["CLUSTER", "MEET", "127.0.0.1", &port, &bus],
    );
    for connection in &mut orders {
        wait_for("the cluster", Duration::from_secs(10), || {
            let Value::BulkString(info) = order(connection, &["CLUSTER", "INFO"]) else {
                return false;
            };
            String::from_utf8_lossy(&info).contains("cluster_state:ok")
        })
        .await;
    }
    let truth = Truth::default();
    let url = nodes[0].url();
    let consumer = Consumer::of(target(&url), &truth);
    consumer.until("a connection", Seen::is_up).await;
    let mut writer = Writer::new(target(&url), &truth);
    writer.write(1000).await;
    consumer
        .until("all of them", |seen| seen.items == 1000)
        .await;
    assert_eq!(
        order(&mut orders[1], &["XLEN", "{kpi}:log"]),
        Value::Int(1000)
    );
}
