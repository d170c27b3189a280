# 规则文字之外的句子。简短、平和、具体；“您”指被评定的人。

level-green = 绿色
level-yellow = 黄色
level-red = 红色

headline-green = 您是绿色，没有任何限制。
headline-green-after = 您自{ $since }起是绿色，没有任何限制。
headline = 您自{ $since }起是{ $level }。
changes = 如果没有新的情况，您将于{ $when }变为{ $level }。
stays = 如果没有新的情况，颜色不会改变。
sunset = 本规则于{ $when }失效，此后不再限制任何人。
not-in-force = 本规则自{ $from }起至{ $to }止有效。以下是它在其他时间会给出的结果。

holds = 有效期自{ $from }起，至{ $until }止。
holds-open = 自{ $from }起有效。您申报离开后才开始计算{ $lasts }。如果没有新的申报，将于{ $until }结束。
eases = 自{ $when }起降为{ $level }。
sooner-checks =
    { $needed ->
        [1] 一次无症状、无发热的每日健康打卡可使其提前结束。
       *[other] 连续{ $needed }天无症状、无发热的健康打卡可使其提前结束。您已连续 { $done }天。
    }
sooner-tests =
    { $needed ->
        [1] 一次阴性检测可使其提前结束。{ $earliest }及以后采样有效。
       *[other] { $needed }次阴性检测可使其提前结束，两次采样至少间隔{ $apart }，{ $earliest }及以后采样有效。您已有 { $done }次。
    }
sooner-methods = 有效的检测方法：{ $methods }。
sooner-recovery = 登记康复后即结束。
sooner-nothing = 只有时间或申诉能使其提前结束。
appeal = 如果有误，或对您造成困难，请提出申诉。未参与此决定的人员将在{ $within }内答复并说明理由。逾期未答复的，按对您有利的方式处理。
rule = 规则集 { $set } 第{ $version }版，规则 { $rule }
evidence = 依据：{ $evidence }
zone = 时间均为 { $zone } 当地时间。
lifted = 有裁定撤销了一项或多项理由。

duration-days = { $n }天
duration-hours = { $n }小时
duration-minutes = { $n }分钟

unknown = （不详）
still-there = 现在（您尚未申报离开）
still-until = 今天（最迟至{ $when }）
no-symptoms = 无症状
about = 约{ $n }
less-than-one = 不到1
list-separator = 、

word-fever = 发热
word-cough = 咳嗽
word-sore_throat = 咽痛
word-runny_nose = 流鼻涕
word-stuffy_nose = 鼻塞
word-fatigue = 乏力
word-headache = 头痛
word-muscle_pain = 肌肉酸痛
word-shortness_of_breath = 气短
word-diarrhoea = 腹泻
word-nausea = 恶心
word-loss_of_smell = 嗅觉丧失
word-loss_of_taste = 味觉丧失
word-rash = 皮疹
word-chills = 寒战
word-self = 您本人
word-worker = 随访人员
word-low = 低
word-medium = 中
word-high = 高
word-plane = 飞机
word-train = 火车
word-bus = 公共汽车
word-ferry = 轮渡
word-car = 汽车
word-pcr = 核酸
word-antigen = 抗原
word-serology = 抗体
word-clinical = 临床诊断
word-positive = 阳性
word-negative = 阴性
word-inconclusive = 无法判定
word-suspected = 疑似
word-confirmed = 确诊
word-recovered = 康复
word-discarded = 排除
word-close = 密切
word-casual = 一般
word-venue = 您到过的场所
word-household = 家中
word-named = 由病例告知

show-title = { $title }（{ $id }，第{ $version }版）
show-force = 自{ $from }起至{ $to }止有效。{ $zone } 时间。
show-basis = 法律依据：{ $basis }
show-review = 申诉在{ $within }内由人员裁定。
show-rule = { $level }，自 { $since } 起 { $lasts }
show-on = 依据：{ $on }
show-when = 条件：{ $when }
show-always = 一律适用
show-eases = { $after }后降为{ $level }。
show-checks = 连续{ $needed }天健康打卡正常可提前结束。
show-tests = { $needed }次阴性检测（间隔{ $apart }，不早于{ $earliest }）可提前结束。
show-recovery = 康复即结束。
show-reason = 告知本人：{ $text }
show-advice = 请其：{ $text }
show-purpose = 设立理由：{ $text }
show-source = 来源：{ $text }
