use super::{super::check_backup, *};

fn frames() -> Vec<Frame> {
    let id = RecordId::from_random([7; 16]);
    let at: Timestamp = "2020-02-12T08:00:00.000001Z".parse().unwrap();
    vec![
        Frame::Record(Record {
            kind: "case".to_owned(),
            id: id.clone(),
            person: Some("p1".parse().unwrap()),
            state: "open".to_owned(),
            lookup: Some(vec![1, 2]),
            due: Some(at),
            keep_until: None,
            filed: "2020-02-12T00:00:00Z".parse().unwrap(),
            version: 3,
            body: vec![0, 255],
        }),
        Frame::Key("person/p1".to_owned(), vec![1]),
        Frame::Visit(DayVisit {
            id: id.clone(),
            day: jiff::civil::date(2020, 2, 12),
            pseudonym: Pseudonym([9; 16]),
            venue: "v1".parse().unwrap(),
            entered: at,
            left: None,
        }),
        Frame::HandedIn(id.clone(), vec![3]),
        Frame::Entry(id, vec![4]),
    ]
}

fn header() -> Header {
    Header { made: "2020-02-12T08:00:00Z".parse().unwrap(), body: "health/commission".parse().unwrap() }
}

fn written() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::begin(&mut bytes, header()).unwrap();
    let mut manifest = Manifest::default();
    for frame in frames() {
        manifest.count(&frame).unwrap();
        writer.write(&frame).unwrap();
    }
    writer.end(manifest).unwrap();
    bytes
}

fn read(mut bytes: &[u8]) -> Result<Vec<Frame>, BackupError> {
    let mut reader = Reader::begin(&mut bytes)?;
    let mut frames = Vec::new();
    loop {
        match reader.next()? {
            Frame::Manifest(_) => return Ok(frames),
            frame => frames.push(frame),
        }
    }
}

#[test]
fn what_is_written_is_read_again() {
    let read = read(&written()).unwrap();
    assert_eq!(read[0], Frame::Header(header()));
    assert_eq!(read[1..], frames());
}

#[test]
fn a_backup_cut_anywhere_is_half_a_backup() {
    let whole = written();
    for end in 0..whole.len() {
        let error = read(&whole[..end]).unwrap_err();
        assert!(matches!(error, BackupError::NoBackup | BackupError::Half(_)), "{end}: {error}");
    }
}

#[test]
fn a_backup_changed_anywhere_is_refused() {
    let whole = written();
    assert!(check_backup(&mut &whole[..]).is_ok());
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1;
        assert!(check_backup(&mut &changed[..]).is_err(), "byte {place}");
    }
    let longer = [whole, b"x".to_vec()].concat();
    assert!(matches!(read(&longer), Err(BackupError::Checksum)));
}
