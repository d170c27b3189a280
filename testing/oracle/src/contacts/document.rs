//! The profile as a document that the program reads.

use jiff::SignedDuration;

use super::Profile;

fn minutes(duration: SignedDuration) -> String {
    format!("{}m", duration.as_mins())
}

impl Profile {
    /// A complete profile document with these numbers. Its attack rates are made up: 10% at home, and at venues 2% from
    /// 30 minutes on.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let sum_over = self.sum_over.map_or("window".to_owned(), minutes);
        let mut document = format!(
            "[profile]\nid = \"test\"\nversion = 1\ntitle = {{ en = \"Test\", zh = \"测试\" }}\n\
             [infectious]\nbefore = \"{}\"\nafter = \"{}\"\nsource = \"made up\"\n\
             [venue]\nminutes = {}\nsum_over = \"{sum_over}\"\nlinger = \"{}\"\nclass = \"close\"\nsource = \"made up\"\n\
             [venue.default]\nusual_stay = \"{}\"\n",
            minutes(self.before),
            minutes(self.after),
            self.minutes,
            minutes(self.linger),
            minutes(self.usual_stay),
        );
        for (kind, needed) in &self.minutes_of {
            document.push_str(&format!("[venue.kind.{kind}]\nminutes = {needed}\n"));
        }
        document
            .push_str(&format!("[plane]\nrows = {}\nclass = \"close\"\nsource = \"made up\"\n", self.rows));
        for setting in ["train", "bus", "ferry", "car", "household", "named"] {
            document.push_str(&format!("[{setting}]\nclass = \"casual\"\nsource = \"made up\"\n"));
        }
        document.push_str(&format!(
            "[ask]\nask_above = 200\n[together]\nwithin = \"{}\"\nsource = \"made up\"\n\
             [[attack_rate]]\nsetting = \"household\"\nshare = 0.1\nsource = \"made up\"\n\
             [[attack_rate]]\nsetting = \"venue\"\nminutes_min = 30\nshare = 0.02\nsource = \"made up\"\n",
            minutes(self.together)
        ));
        document
    }
}
