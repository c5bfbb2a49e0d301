//! EC2, as far as backups need it: machines by tag and by id, and the images that backups make.

use std::collections::BTreeMap;

use nightferry_domain::plan::InstanceId;
use nightferry_workflow::ports::Instances;

/// One machine that carries a tag which no other machine carries, with the name `web`.
pub(crate) trait Bench {
    /// The port.
    type Port: Instances;
    /// The port.
    fn port(&self) -> &Self::Port;
    /// The machine.
    fn id(&self) -> InstanceId;
    /// Its tag.
    fn tag(&self) -> (String, String);
    /// Backs the machine up; id of the image that came of it.
    async fn image(&self) -> String;
    /// Somebody terminates the machine.
    async fn terminates(&self);
}

fn tags(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

async fn a_machine_is_found_by_its_tags_to_the_letter(bench: &impl Bench) {
    let (key, value) = bench.tag();
    for wanted in [tags(&[(&key, &value)]), tags(&[(&key, &value), ("Name", "web")])] {
        let found = bench.port().tagged(&wanted).await.unwrap();
        let [instance] = &found[..] else { panic!("{wanted:?}: {found:?}") };
        assert_eq!((&instance.id, instance.name()), (&bench.id(), Some("web")));
        assert!(instance.arn.ends_with(&format!(":instance/{}", bench.id())), "{}", instance.arn);
    }
    let swapped = |c: char| if c.is_uppercase() { c.to_ascii_lowercase() } else { c.to_ascii_uppercase() };
    let (other, upper) = (format!("{value}x"), value.chars().map(swapped).collect::<String>());
    for wanted in [
        tags(&[(&key, &other)]),
        tags(&[(&key, &upper)]),
        tags(&[(&key.to_lowercase(), &value)]),
        tags(&[(&key, "*")]),
        tags(&[(&key, &value), ("Name", "db")]),
    ] {
        assert_eq!(bench.port().tagged(&wanted).await, Ok(vec![]), "{wanted:?}");
    }
}

async fn a_machine_is_described_by_its_id_and_one_that_is_not_there_is_left_out(bench: &impl Bench) {
    let nobodys: InstanceId = "i-0dead0dead0dead00".parse().unwrap();
    let found = bench.port().described(&[nobodys.clone(), bench.id()]).await.unwrap();
    assert_eq!(found.iter().map(|it| &it.id).collect::<Vec<_>>(), [&bench.id()]);
    let (key, value) = bench.tag();
    assert_eq!(found[0].tags.get(&key), Some(&value));
    assert_eq!(bench.port().described(&[nobodys]).await, Ok(vec![]));
    assert_eq!(bench.port().described(&[]).await, Ok(vec![]));
}

async fn a_terminated_machine_is_selected_no_more(bench: &impl Bench) {
    let (key, value) = bench.tag();
    bench.terminates().await;
    assert_eq!(bench.port().tagged(&tags(&[(&key, &value)])).await, Ok(vec![]));
}

async fn an_image_is_told_with_its_state_and_one_that_is_not_there_is_left_out(bench: &impl Bench) {
    let id = bench.image().await;
    let found = bench.port().images(&[id.clone(), "ami-0dead0dead0dead00".to_owned()]).await.unwrap();
    let [image] = &found[..] else { panic!("{found:?}") };
    assert_eq!((image.id.as_str(), image.state.as_str()), (id.as_str(), "available"));
}

checks!(
    crate::fake_machines::machines(), crate::aws::machines();
    a_machine_is_found_by_its_tags_to_the_letter,
    a_machine_is_described_by_its_id_and_one_that_is_not_there_is_left_out,
    a_terminated_machine_is_selected_no_more,
    an_image_is_told_with_its_state_and_one_that_is_not_there_is_left_out,
);
