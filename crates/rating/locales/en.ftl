# Sentences around a rule set's own texts. Short, calm, concrete; "you" is the person rated.

level-green = green
level-yellow = yellow
level-red = red

headline-green = You are green. Nothing restricts you.
headline-green-after = You are green, since { $since }. Nothing restricts you.
headline = You are { $level }, since { $since }.
changes = If nothing new is learned, you turn { $level } on { $when }.
stays = If nothing new is learned, this does not change.
sunset = These rules end on { $when }. After that they restrict nobody.
not-in-force = These rules are in force from { $from } until { $to }. This shows what they would say at another time.

holds = This holds from { $from } until { $until }.
holds-open = This holds since { $from }. Its countdown of { $lasts } begins when you say that you have left. If we hear nothing more, it ends on { $until }.
eases = From { $when } it is only { $level }.
sooner-checks =
    { $needed ->
        [one] One daily health check without symptoms or fever ends it sooner.
       *[other] { $needed } daily health checks in a row without symptoms or fever end it sooner. You have { $done } in a row.
    }
sooner-tests =
    { $needed ->
        [one] A negative test ends it sooner. The sample counts if it is taken on or after { $earliest }.
       *[other] { $needed } negative tests end it sooner, each sample at least { $apart } after the one before. Samples count if taken on or after { $earliest }. You have { $done }.
    }
sooner-methods = Tests that count: { $methods }.
sooner-recovery = It ends when your recovery is recorded.
sooner-nothing = Only time or an appeal ends it sooner.
appeal = If this is wrong, or if it is too hard on you, contest it. A person who had no part in it answers within { $within } and gives reasons. If nobody answers in time, it is decided for you.
rule = Rule { $rule } of { $set }, version { $version }
evidence = Evidence: { $evidence }
zone = Times are local to { $zone }.
lifted = A ruling has lifted one or more reasons.

duration-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
duration-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
duration-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}

unknown = (not known)
still-there = now (you have not said that you left)
still-until = today (and until { $when } at the latest)
no-symptoms = no symptoms
about = about { $n }
less-than-one = fewer than 1
list-separator = ,{" "}

word-fever = fever
word-cough = cough
word-sore_throat = sore throat
word-runny_nose = runny nose
word-stuffy_nose = stuffy nose
word-fatigue = fatigue
word-headache = headache
word-muscle_pain = muscle pain
word-shortness_of_breath = shortness of breath
word-diarrhoea = diarrhoea
word-nausea = nausea
word-loss_of_smell = loss of smell
word-loss_of_taste = loss of taste
word-rash = rash
word-chills = chills
word-self = yourself
word-worker = a follow-up worker
word-low = low
word-medium = medium
word-high = high
word-plane = plane
word-train = train
word-bus = bus
word-ferry = ferry
word-car = car
word-pcr = PCR
word-antigen = antigen
word-serology = antibody
word-clinical = clinical diagnosis
word-positive = positive
word-negative = negative
word-inconclusive = inconclusive
word-suspected = suspected
word-confirmed = confirmed
word-recovered = recovered
word-discarded = discarded
word-close = close
word-casual = casual
word-venue = at a place you visited
word-household = at home
word-named = named by the person

show-title = { $title } ({ $id }, version { $version })
show-force = In force from { $from } until { $to }. { $zone } time.
show-basis = Legal basis: { $basis }
show-review = A person decides an appeal within { $within }.
show-rule = { $level } for { $lasts }, counted from { $since }
show-on = Looks at: { $on }
show-when = Applies when: { $when }
show-always = always
show-eases = After { $after } only { $level }.
show-checks = Ends sooner with { $needed } daily healthy checks in a row.
show-tests = Ends sooner with { $needed } negative tests, { $apart } apart, not before { $earliest }.
show-recovery = Ends sooner with recovery.
show-reason = A person reads: { $text }
show-advice = And is asked: { $text }
show-purpose = Why this rule: { $text }
show-source = Source: { $text }
