//! Statements on visits.

#[doc(hidden)]
#[macro_export]
macro_rules! sql_visits {
    ($name:ident, $failed:path) => {
        #[async_trait]
        impl Visits for $name {
            async fn add_visit(&mut self, visit: &DayVisit) -> Result<(), StoreError> {
                let done = sqlx::query(
                    "INSERT INTO visits (id, day, pseudonym, venue, entered, departed) VALUES ($1, $2, $3, $4, $5, $6)
                     ON CONFLICT DO NOTHING",
                )
                .bind(visit.id.as_str())
                .bind(visit.day.to_string())
                .bind(visit.pseudonym.0.to_vec())
                .bind(visit.venue.as_str())
                .bind(visit.entered.as_microsecond())
                .bind(visit.left.map(Timestamp::as_microsecond))
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                if done.rows_affected() == 1 {
                    return Ok(());
                }
                Err(StoreError::Exists { kind: "visit".to_owned(), id: visit.id.as_str().to_owned() })
            }

            async fn add_visits(&mut self, visits: &[DayVisit]) -> Result<(), StoreError> {
                if visits.is_empty() {
                    return Ok(());
                }
                let added: Vec<String> = sqlx::query_scalar(
                    "INSERT INTO visits (id, day, pseudonym, venue, entered, departed)
                     SELECT value->>0, value->>1, unhex(value->>2), value->>3, CAST(value->>4 AS BIGINT),
                         CAST(value->>5 AS BIGINT) FROM json_each($1) WHERE true
                     ON CONFLICT DO NOTHING RETURNING id",
                )
                .bind(visit_rows(visits))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                if added.len() == visits.len() {
                    return Ok(());
                }
                let added: std::collections::BTreeSet<_> = added.iter().map(String::as_str).collect();
                let exists = |visit: &&DayVisit| !added.contains(visit.id.as_str());
                let Some(visit) = visits.iter().find(exists) else { return Err(StoreError::Conflict) };
                Err(StoreError::Exists { kind: "visit".to_owned(), id: visit.id.as_str().to_owned() })
            }

            async fn end_visit(&mut self, id: &VisitId, left: Timestamp) -> Result<bool, StoreError> {
                let done = sqlx::query("UPDATE visits SET departed = $2 WHERE id = $1 AND departed IS NULL")
                    .bind(id.as_str())
                    .bind(left.as_microsecond())
                    .execute(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                Ok(done.rows_affected() == 1)
            }

            async fn visit(&mut self, id: &VisitId) -> Result<Option<DayVisit>, StoreError> {
                let row = sqlx::query("SELECT id, day, pseudonym, venue, entered, departed FROM visits WHERE id = $1")
                    .bind(id.as_str())
                    .fetch_optional(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                row.as_ref().map(visit).transpose()
            }

            async fn visits_by(&mut self, day: Date, pseudonym: Pseudonym) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits
                     WHERE day = $1 AND pseudonym = $2 ORDER BY entered, id",
                )
                .bind(day.to_string())
                .bind(pseudonym.0.to_vec())
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            async fn visits_by_any(&mut self, visitors: &[(Date, Pseudonym)]) -> Result<Vec<DayVisit>, StoreError> {
                if visitors.is_empty() {
                    return Ok(Vec::new());
                }
                let rows = sqlx::query(
                    "SELECT visits.id, visits.day, visits.pseudonym, visits.venue, visits.entered, visits.departed
                     FROM (SELECT value->>0 AS day, unhex(value->>1) AS pseudonym FROM json_each($1)) AS visitor
                     JOIN visits ON visits.day = visitor.day AND visits.pseudonym = visitor.pseudonym
                     ORDER BY visits.day, visits.entered, visits.id",
                )
                .bind(visitor_rows(visitors))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                let mut visits: Vec<DayVisit> = rows.iter().map(visit).collect::<Result<_, _>>()?;
                visits.dedup_by(|a, b| a.id == b.id);
                Ok(visits)
            }

            async fn visits_near(&mut self, spans: &[VenueSpan]) -> Result<Vec<DayVisit>, StoreError> {
                if spans.is_empty() {
                    return Ok(Vec::new());
                }
                let rows = sqlx::query(
                    "SELECT visits.id, visits.day, visits.pseudonym, visits.venue, visits.entered, visits.departed
                     FROM (SELECT value->>0 AS day, value->>1 AS venue, CAST(value->>2 AS BIGINT) AS since,
                         CAST(value->>3 AS BIGINT) AS until FROM json_each($1)) AS span
                     JOIN visits ON visits.day = span.day AND visits.venue = span.venue AND visits.entered < span.until
                         AND (visits.departed IS NULL OR visits.departed > span.since)
                     ORDER BY visits.day, visits.venue, visits.entered, visits.id",
                )
                .bind(span_rows(spans))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                let mut near: Vec<DayVisit> = rows.iter().map(visit).collect::<Result<_, _>>()?;
                near.dedup_by(|a, b| a.id == b.id);
                Ok(near)
            }

            async fn visits_of(&mut self, day: Date, limit: u32) -> Result<Vec<DayVisit>, StoreError> {
                let rows = sqlx::query(
                    "SELECT id, day, pseudonym, venue, entered, departed FROM visits WHERE day = $1
                     ORDER BY venue, entered, id LIMIT $2",
                )
                .bind(day.to_string())
                .bind(i64::from(limit))
                .fetch_all(&mut *self.inner)
                .await
                .map_err($failed)?;
                rows.iter().map(visit).collect()
            }

            // From each day to the next along the index: a look at every visit would take as long as there are visits.
            async fn visit_days(&mut self) -> Result<Vec<Date>, StoreError> {
                let days: Vec<String> = sqlx::query_scalar(
                    "WITH RECURSIVE days(day) AS (
                         SELECT min(day) FROM visits
                         UNION ALL
                         SELECT (SELECT min(later.day) FROM visits AS later WHERE later.day > days.day) FROM days
                         WHERE days.day IS NOT NULL
                     )
                     SELECT day FROM days WHERE day IS NOT NULL ORDER BY day",
                )
                    .fetch_all(&mut *self.inner)
                    .await
                    .map_err($failed)?;
                days.iter().map(|day| day.parse().map_err(corrupt)).collect()
            }

            async fn count_visits_to(&mut self, last: &DayVisit) -> Result<(u64, u64), StoreError> {
                let (all, ended): (i64, i64) = sqlx::query_as(
                    "SELECT count(*), count(departed) FROM visits WHERE day = $1 AND (venue, entered, id) <= ($2, $3, $4)",
                )
                .bind(last.day.to_string())
                .bind(last.venue.as_str())
                .bind(last.entered.as_microsecond())
                .bind(last.id.as_str())
                .fetch_one(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok((count(all)?, count(ended)?))
            }

            async fn forget_visits_to(&mut self, last: &DayVisit) -> Result<u64, StoreError> {
                let done = sqlx::query(
                    "DELETE FROM visits WHERE day = $1 AND (venue, entered, id) <= ($2, $3, $4)",
                )
                .bind(last.day.to_string())
                .bind(last.venue.as_str())
                .bind(last.entered.as_microsecond())
                .bind(last.id.as_str())
                .execute(&mut *self.inner)
                .await
                .map_err($failed)?;
                Ok(done.rows_affected())
            }
        }
    };
}
