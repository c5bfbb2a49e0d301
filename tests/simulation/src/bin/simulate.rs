fn main() {
    let seeds: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    let from: u64 = std::env::args().nth(2).unwrap_or("0".into()).parse().unwrap();
    let machine = std::rc::Rc::new(nightferry_simulation::machine::Machine::nightly_run());
    let t = std::time::Instant::now();
    let mut bad = std::collections::BTreeMap::<String, (u64, u64, String)>::new();
    for seed in from..from + seeds {
        let v = nightferry_simulation::seeds::live(seed, &machine, None, seeds == 1);
        for l in &v.trace {
            println!("{l}");
        }
        for w in v.violations {
            let k: String = w.chars().take(28).collect();
            let e = bad.entry(k).or_insert((0, seed, w));
            e.0 += 1;
        }
    }
    println!("{:?}", t.elapsed());
    for (k, (n, s, w)) in bad {
        println!("{n} x {k} first {s}: {w}");
    }
}
