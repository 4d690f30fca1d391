"""Tells what is no answer by its form: a question, nonsense, a refusal to give more."""

from __future__ import annotations

import re
from functools import lru_cache

# Shops, and other words, that sound like questions.
_NAMES = re.compile("饿了么|去哪儿|什么值得买|哪吒|前几天|几天[之以]?前|好几天|怎么[都也]|什么都|[没不]怎么(?!办)")
_ASKS = re.compile(
    r"^(?:what|how|where|when|why|which|can|could|is|are|do|does|will)\s|[吗呢]$|(?:可以|能|行|要|对|是)嘛$|[?？]|不[是会能行]?吗|多久|怎么|怎样|咋|为什么|为啥|为何|凭什么|什么时候(?:能|给|会|可以|处理|退|到)|啥时候(?:能|给|会|处理|退|到)"
    r"|能不能|可不可以|会不会|行不行|要不要|是不是|有没有|管不管|该不该|需不需要|能否|是否|如何"
    r"|几分钟|几个?小时|几秒|多长|多大|合适[吗不]?$|[对是]吧$|哪里|哪儿|在哪|哪个|哪一|多少|什么意思|啥意思|什么算|要几|几天|几点(?!多)|^(?:写|填|说|记)(?:什么|啥)|举个例|(?:^(?:要|是|填|写|用|算|记|按|报)|(?:填|写|报|按|算)(?:成|的是)?).{1,6}还是.{1,6}$|指.{1,8}还是|先.{1,8}还是先?.{1,8}$|是[^\s,，。]{1,8}还是[^\s,，。]{1,8}$"
    r"|^(?:要|需要|能|可以|可|会|该|得).{1,8}[不么]$|[申退写填用行可能]不$|(?:要|能|可以|会|用|得).{1,6}不$|(?<!你)有(?:什么|啥)用(?!的)|(?:干|做|当)(?:什么|啥)用|行么|好么|能.{0,4}么$|可以.{0,6}么$|(?:应该|这样|那样|就|也)(?:是)?(?:可以|能行|行)的?吧$"
    r"|使唔使|系咪|系唔系|有冇|得唔得|好唔好|可唔可以|做乜|乜嘢|点解|点样|几时|边度|边个|伐$"
)
# What the page asks is told (「它问我为啥注销」), and so is how things stand (「还剩五十多呢」). A reproach asks
# nothing (「我不是说了吗」, 「你到底行不行」).
_TOLD = re.compile(
    r"(?<![来去])问我(?:一遍)?(?:为什么|为啥|为何|要不要|是不是|是否|确不确定|什么原因|啥原因)[^\s,，。?？吗呢]{0,4}"
    r"|(?:还剩|还有|就剩|只剩|有)[^\s,，。吗哪啥么谁]{0,4}[\d一二两三四五六七八九十百千万几][多块元百千万钱]*呢(?=$|[\s,，。!！])"
    r"|(?:^|(?<=[\s,，。]))(?:还)?(?:有|剩)?好?[\d一二两三四五六七八九十百千万几]+[多块元百千万钱]+呢(?=$|[\s,，。!！])"
    r"|(?:着|(?<!还)正?在(?!哪|不在)[^\s,，。哪啥么谁吗]{1,4}|还[没在][^\s,，。哪啥么谁吗]{1,6})呢(?=$|[\s,，。!！])"
)
_REPROACH = re.compile(
    r"你们?(?:到底|究竟)?(?:行不行|会不会|懂不懂|听不听得懂|有没有用)(?:啊|呀)?(?=$|[\s,，。!！?？])[?？]*"
    r"|我?(?:刚才?|刚刚|前面|上面)?(?:不是)?(?:刚才?|刚刚|前面|上面|都|已经|早就?|跟你|给你)*(?:说|讲|告诉)(?:过|了|过了|你了|你过了)(?:吗|嘛|么|呀|啊)+[?？]*"
    r"|听不懂(?:人话)?(?:吗|么|啊)[?？]*|你(?:是)?(?:聋|瞎|傻|有病|听不见|没长耳朵)(?:子|了)?(?:吗|么|啊|吧)[?？]*|(?:说|讲|问)了?(?:多少|几|好几|八百)遍了?"
)
# 「收费不收」, 「管不管」; 「时不时」 asks nothing.
_OR_NOT = re.compile(r"(?<![动时])([收退管付给用交转还行扣花贵要])\w{0,2}不\1")
_ENDS_NOTING = re.compile(
    r"不用(?:再)?(?:记|问|填|写)|别(?:再|光|老|总)?(?:记|问|填)|不(?:想)?(?:记|填|写)了|都不用|[都全](?:部)?跳过|不记录了|唔使记"
    r"|(?:这|那)?(?:就|都|已经)(?:齐|全)(?:了|啦)$|(?:这|那)些?就够了$|没有?(?:别的|其他|其它)(?:要|需要)?(?:记|补充|说)"
)
# The end of the talk: 「没别的了」; put off: 「改天再弄」.
_ENDS_TALK = re.compile(
    r"没(?:有)?(?:别的|其他|其它|啥别的|什么别的)(?:的)?(?:事|问题)?(?:了|啦|咯)|没(?:啥|什么)?事(?:儿)?(?:了|啦|咯)|就这些(?:了|吧)?$"
)
# Something else comes first: 「那我先把钱花掉再注销吧」.
_LATER = re.compile("(?:先|等).{1,16}再|再(?:来|去|把它?)?(?:注销|销)")
_POSTPONES = re.compile(
    "(?:花|用|弄|处理|转|取|提)(?:完|好|掉|光|走)了?(?:再|以后再|之后再|我再)(?:来|说|弄|办|注销|找)|(?:改天|回头|下次|明天|明儿|有空|过两天|晚点|改日|得闲)(?:我)?(?:再|先)?(?:去)?(?:弄|说|来|搞|办|看|找|聊|整|讲|问|打|试)|等.{1,8}?(?:到了?|完|好|下来|回来)了?再(?:去)?(?:弄|说|来|搞|办|填|申诉|交)|先(?:就)?这样|拜拜|(?<!礼)拜了"
)
_GOODBYE = re.compile("拜拜|(?<!礼)拜了|再见|88$|回见|先走了|先撤了|先下了")
# Answered by the step that is shown: 「按了 下面呢」.
_WHAT_NEXT = re.compile(
    "^(?:那|那么)*(?:到底|究竟)?(?:是)?(?:因为)?(?:为啥|为什么|咋回事|怎么回事|啥原因|什么原因|啥毛病)(?:呢|啊|呀)*$|^(?:那|那么|现在|下面|然后|接下来|接着|下一?步|之后|再)*(?:呢|怎么(?:办|弄|做|搞)|咋(?:办|弄|整)|往哪.?|(?:该|要)?(?:干|做|填|写|输)(?:嘛|啥|什么|吗)|是(?:啥|什么))*"
    "(?:呢|啊|呀|嘛|吗)*$|^(?:那|好|然后|还有)*(?:下|后|最后|剩下|再下)(?:面|边|的)?(?:那|这)?(?:[一二两三四几]?(?:个|步|项|条|点|样))?(?:是)?(?:啥|什么)?(?:呢|啊|呀|吗)*$|^对(?:吧|吗|不对|么)$|是(?:吧|吗|不是)$"
)
_KINDS = {
    "how long": re.compile("多久|几天|多长时间|多少天|多少时间|几分钟|等多长|要多长|啥时候|什么时候|久不|几时"),
    "why": re.compile("为什么|为啥|为何|干嘛要|凭什么|图啥|原因是|有啥用"),
    "cost": re.compile("要(?:不要)?钱|收费|花钱|费用|手续费|免费|收不收钱|收钱吗"),
    "how many": re.compile("几位|多少位|几个字|多少字|长度|字数|几张|多少张|几次|多少次"),
    "how often": re.compile("多久.{0,4}(?:一次|一回|一趟)|隔多久|几天.{0,3}一次|几个?月.{0,3}一次|经常"),
    "where": re.compile(
        "在?哪(?:里|儿|点|找|块|边|看|填|开|弄|设|改|个(?:页面|位置|地方))|在哪|^(?:要)?[点按戳]哪|[什啥]么?(?:地方|位置)|找不[到着]|咋找|怎么找|入口"
    ),
    "what": re.compile("什么是|是什么|啥是|是啥|[什啥]么?意思|[什啥]么?[叫算]|算[什啥]|指的|指[什啥]|[什啥]么?东西"),
    "required": re.compile("一定要|必须|必要|跳过|能?不能不|可以不|非[得要]|不.{1,3}行[不吗么]|不.{1,2}可以"),
}
_ASKED_BARELY = re.compile("[这那个的了啊呀呢嘛吗么点看填开弄要]")
_ELLIPSIS = re.compile("^(?:那|还有|然后|换成).+|.呢|.的话")
_HOW = re.compile(
    "怎么(?:找回|申诉|注销|重[设置]|改|办|弄|操作|联系|找)|如何"
    "|咋(?:办|弄|找|改|整)|忘(?:了|记).{0,4}(?:怎么|咋)|步骤|流程"
)
_PARTICLES = re.compile("[呀啊呢哈哦嘛啦吖喔]+$")
# A clause that only says that it was said before.
_SAID_BEFORE = re.compile(
    "(?=.*(?:说|讲|告诉|打过|打了|写了|写过|发了|发过|这个名字|看上面))(?:我|都|就是|就|刚才?|刚刚|前面|上面|之前|早就?|不是|已经|跟|给|你|您|的|过|说|讲|告诉|打|写|发|了|看|叫"
    "|这个名字|名字|几遍|多少遍|一遍|两遍|好几遍|吗|嘛|么|啊|呀)+"
)
_SAID_IN_FRONT = re.compile(
    "^我?(?:刚才?|刚刚|前面)?不是(?:都|已经|早就?|刚)?(?:跟你|给你)?(?:说|讲|告诉)(?:你)?(?:过|了)+(?:吗|嘛|啊|么|呀)?"
)
# 「我不是说昨晚了吗」
_SAID_WITHIN = re.compile(
    r"^我?(?:刚才?|刚刚|前面)?不是(?:都|已经|早就?|刚)?(?:说|讲)(?P<told>[^了过\s]{2,8})(?:了|过)+(?:吗|嘛|啊|么|呀)"
)
# 「我刚不是说了老王面馆吗」
_SAID_THAT = re.compile(
    r"^我?(?:刚才?|刚刚|前面)?不是(?:都|已经|早就?|刚)?(?:跟你|给你)?(?:说|讲)(?:过|了)+(?P<told>[^\s,，。吗嘛么]{2,12})[吗嘛么][\s?？!！。]*$"
)
# Wants the money and no form.
_DEMANDS = re.compile(
    "我(?:就|只|现在|马上)?(?:是)?要(?:求)?(?:你们?)?(?:退|还|赔)|(?:赶紧|快|马上|必须|立刻|直接)(?:给我)?(?:退|还|赔)(?:钱|款|我)"
    "|(?<![不没肯给])(?:退|还|赔)我(?:的)?钱|把钱(?:退|还|赔)(?:给我|我|回来)?$|(?<![不没肯])给我(?:退|赔)(?:钱|款|了)?$|(?:^|[吧了啊])(?:退钱|退款|赔钱)$"
)
_DISMISSES = re.compile(
    "别(?:再)?(?:整|扯|废话|啰嗦|磨叽|跟我)|少(?:废话|啰嗦|来这套|扯)|(?:没|不).{0,2}(?:耐心|功夫|工夫|空)"
    "|(?:问|记|填|写)(?:这么|那么|恁)多"
)
# How long it takes until somebody comes, not how long a matter takes.
_OF_WAITING = re.compile(
    "(?:等|排|接|来|理|转|轮).{0,6}(?:多久|多长|好久|几分钟|多少时间|到什么时候)|(?:多久|多长时间|好久|啥时候|什么时候|何时|几时).{0,6}(?:有人|回我|回复|联系我|找我|来人|人工|接|理|轮到|能来|到我|转)|人工.{0,6}(?:多久|啥时候|什么时候)|来(?:了)?(?:吗|没)$|有人(?:来|理|接|管)(?:吗|没|不)|排(?:到)?第?几"
)
_HURRIES = re.compile("赶紧|快点|快些|快说|快告诉|麻溜|麻利|急死|来不及|别磨|直接(?:告诉|说)|马上告诉")
_LEAVES_OUT = re.compile("不想|懒得|太麻烦|嫌麻烦|先跳过|跳过这")
# 「除了电话」, 「别跟我说APP」: what is named is what is not wanted.
_EXCEPTS = re.compile(
    "除(?:了|开|去|掉)|(?:别|不要|不用|甭|少)(?:再|老|总|给我|跟我|让我|叫我)*(?:说|讲|提|发|推|介绍)|(?:就|也)?(?:别|不用|不要)(?:再)?(?:说|提|推荐)了?|(?:不想|不能|没法|没办法|不方便|懒得|不爱|不愿意?)(?:打|用|走|去|上|找|开)"
)
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_LAUGHS = re.compile(r"[哈呵嘿嘻啊哦额呃嗯唔诶欸咦吼噢喔呀h]+")
_COMPLAINS = re.compile(
    r"投诉你|投诉(?:平台|客服|到底)$|(?:要|想|去|^)投诉$|我要投诉|12315|12378|银保监|银监|消协|消费者协会|告你们|起诉|曝光|报警|律师|能做主|找?领导|经理出来|赔我|赔偿|给个说法|退我?钱$(?<=给我退钱)"
)
_NAMES_HUMAN = re.compile(
    "人工|真人|客服|活人|转接|转人|转过去|帮我转|给我转|找人|来人|[找来换叫派]个人|专员|坐席|座席|经理|主管|领导|管事|负责|做主|工作人员|^[a-z0-9]+$"
)
# 「转人工吧」, and not 「要不要转人工」 or 「没转人工」. Of a clause.
_WANTS_HUMAN = re.compile(
    "(?<![不别没用])(?<!不[要想能是])(?<!不给)(?:转|换|找|接)(?:到|去|给)?(?:个)?(?:人工|真人|活人)(?:客服)?(?:吧|呗|啊|呀|算了|得了)*$"
)
_REFUSES_HUMAN = re.compile(
    "(?:(?<!特)别|甭|莫|不(?:是|要|用|想|必|需要)?|没(?:让你|叫你|说要?|想)?)(?:老|总|再|先|急着|跟我|给我|帮我|让我|叫我|动不动|就)*"
    "(?:转|找|扯|提|说|换|接|推)(?:给|到|去|什么|啥)?(?:人工|真人|客服)"
)
# Nobody has cheated anybody, said of the user's own matter.
_DENIES_FRAUD = re.compile(
    "(?:没有?|哪有|哪来的)(?:人|谁|什么|啥)?(?:在)?(?:被|给)?(?:骗|诈骗)|(?:啥|什么|哪门子)(?:的)?诈骗|不是(?:什么|啥)?(?:被骗|诈骗|骗局)"
    "|你(?:这)?(?:机器人|们)?(?:是不是)?(?:搞|弄|想|听|理解|误会)(?:错|岔|偏|反)|误会了|真的?没有"
    "|(?:没有?|又没)(?:人|谁)(?:教|催|逼|让|叫|要|喊)(?:我|他|她)"
)
_TOGETHER = re.compile(
    "(?:坐|在|站|待)(?:我|俺|咱)?(?:的)?(?:旁边|边上|身边|跟前|一块|一起|一处)|(?:一块儿?|一起)(?:坐|待)|我们自己|我俩|俺俩|咱俩|两口子|夫妻|一家人|自家人"
)
_RELATIVE = re.compile(
    "老公|老婆|媳妇|爱人|对象|爸|妈|儿子|女儿|闺女|姐|哥|弟|妹|家里人|家人|孩子|我俩|咱俩|两口子|夫妻|我们自己|自家人|他|她"
)
_STRANGER = re.compile(
    "对方|那边|那个人|那人|客服|公安|警|法院|导师|老师|群|平台|领导|专员|电话|来电|陌生|网上|链接|软件|会议|共享|中奖|贷|投资|任务|刷单|安全账户"
    "|盗|少了|没了|扣|转(?:了|走|账|钱|给|过)|汇|骗(?:了|走|去)|骗子"
)
_COMPLAINS_OF_US = re.compile("投诉(?:你|平台|客服|$)|我要投诉|12315|12378|银保监|消协|消费者协会|告你们")
_TAKES_BACK = re.compile(
    "没事|误会|[搞弄记看]错|自己|想起|原来|续费|玩笑|开玩|剧情|小说|电影|测试|不是被|没被|没人|真是|是真|家里?人|退回|找到"
    "|老公|老婆|孩子|儿子|女儿|爸|妈|本人|骗[你您]的|不是骗|没骗|不是诈骗|逗你|随便说|多虑|虚惊"
)
_OWN_AFTER_ALL = re.compile(
    "想起来了?.{0,4}(?:是|续费|会员|自己)|是我自己(?:付|买|转|花|充|开|订|续|办)的|(?:就|原来)是(?:我)?(?:自动)?续费|自己(?:开|订|买|续)的(?:会员|自动续费)"
)
_WONDERS = re.compile("会不会|是不是|好像|可能|不是我|没有?想起|骗")
_MISTOOK = re.compile(
    "(?<!没)[搞弄看记想]错|看[岔走]|眼花|虚惊|误会|(?<![不没])是我(?:自己)?(?:付|买|转|花|充|开|订|续|办)的|想起来了|自动续费"
)
_DESPAIRS = re.compile("我(?:真|都|就|也|是|实在|已经|现在)*(?:不想活|想死|要死|活不|撑不|不活了|想自杀|去死)")
_FICTION = re.compile("剧情|小说|剧本|台词|歌词|主角|电影|电视剧|角色|故事里|游戏里")
_GOES_BACK = re.compile("继续|接着|回到|返回|回去|接下去")
_WITHDRAWS = ("但是", "不过", "还没", "先别", "先不", "等等", "等一下", "等下", "算了", "再想")

# Tried once more, to no avail.
_AGAIN = re.compile("还是|仍|又|也(?!设|用|填)|一样|照样|照旧|老样子|试了|试过")
# 「充值记录上写的成功」 tells of something else than the payment.
_OF_RECORDS = re.compile("充值|到账|记录|扣(?:款|了)|短信")
# 「限额改成500了」
_MENDED = re.compile(
    "(?<!被)(?:改|调|提(?!示|醒|前)|设|充|换|切|关|开)(?:成|到|高|大|好|完|掉)?(?:[^,，\\s不没]{0,6})了(?:[^,，\\s]{0,3})$"
)

_RECOVERED = re.compile(
    "(?:又|现在|这会儿?|这下|刚|刚刚|已经)(?:都|也|就)?(?:有|来|恢复|好|连上|通|正常|满格|够)(?:网|信号|钱)?了(?:啊|呀|哈|吧)?$"
)
_IS_IT = re.compile(
    "(?:就是|确实是|肯定是|应该是|估计是|多半是|果然是)(?:它|他|这个|这|那个|因为)(?!.{0,3}(?:吗|么))|(?:找到|知道)(?:原因|了)"
)
# Whom to turn to: 「找谁弄」, 「找真人，哪能找」.
_WHOM = re.compile(
    "(?:找|问|联系|打给|跟)(?:谁|哪个|哪位|边个|什么人|啥人)"
    "|(?:真人|人工|客服|活人).{0,4}(?:哪能|怎么|咋|咋样|如何|怎样|点样|去哪|上哪|在哪|哪里|哪儿)(?:个)?.{0,2}(?:找|联系|问)"
    "|(?:哪能|怎么|咋|如何|怎样|点样|去哪里?|上哪儿?|到哪里?)(?:才能|能|可以)?(?:找|联系|问)(?:到|得到|着)?(?:个)?(?:真人|人工|客服|活人|你们的?人)"
)

_VENTS = re.compile(
    "一肚子(?:火|气)|(?:真|好|很|太)?(?:火大|窝火|恼火|来气)|气(?:炸|疯|得发抖)|忍无可忍|受够(?:了|你)|(?:破|烂)(?:系统|软件|机器人|玩意|平台|服务)"
    "|打太极|踢皮球|和稀泥|车轱辘话|答非所问|鸡同鸭讲|听不懂人话|说了等于没说|官腔|套话|绕圈子|推来推去"
    "|你.{0,6}(?:敷衍|糊弄|忽悠|复读机)|(?:别|不要|少)(?:再|老|总|给我|跟我|一直)*(?:发|来|念|贴|整)(?:这些|那些|这套)?(?:步骤|流程|套路|模板)"
)

_CLAUSES = re.compile(r"[\s,，。;；!！]+")
_SHORTEST_ASKED = 4
_ENDS_ASKING = re.compile("(?<![还都也从并是就我他她货钱])[不没][啊呀呢嘞]?$")
_ANOTHER = re.compile(
    "(?:另|别)外?的?(?:还有|有)?(?:一|那)?[笔单]|还有(?:另外)?(?:别的)?[一两几]?[笔单]|又有?一[笔单]|再(?:申诉|来|报|办)一?[笔单个次]"
    "|换一?[笔单]|重新(?:申诉|开始|来|填|弄|做|走|办)|从头|重头|重来|下一[笔单]|第二[笔单]|不是(?:这|那)一?[笔单]"
)
_SAYS_AGAIN = re.compile(
    "(?:重新|再|又)(?:跟你|给你|和你)?(?:说|讲|报|念|打)(?:一|1)?[遍次下]|重(?:说|报|讲)|弄没|弄丢|搞没|搞丢|都没了|全没了|丢了|清空|清掉|不见了"
    "|(?:之前|前面|刚才|上面)(?:的|都|我)?.{0,3}(?:说过|说了|记好|告诉)"
)
_WANTS = re.compile("想(?!不)|要(?!紧|是|么|我|挟)|帮我|带我|教我|麻烦|顺便|怎么|如何|咋")
_ASKS_IF_NOTED = re.compile(
    "(?:你|您|帮我|给我|那个|那条|都|也).{0,6}(?:写|记|填|录|存|加)(?:上|下来?|进去|好|着|全|住)?了?(?:没有?|吗|不|么|没啊|了没)$"
    "|(?:之前|前面|刚才|刚刚|上面|原来)(?:说|记|写|填)?的?.{0,6}(?:还在|在不在|不是.{0,4}记|没记|丢|没了|还有)(?:吗|不|没|么|了)?"
)

# Wants to hear that it has understood what was said: 「所以填手机号就行？」.
_CONFIRMS = re.compile(
    "(?:就(?:可以|行|成|好|够)(?:了|啦)?(?:吧|吗|么|是吧|对吧|呗)?|(?:是|对)(?:吧|不|吗|么|不对|不是))$|^(?:所以|那么?就是|也就是说?|意思是)"
)
_AROUND_CONFIRMED = re.compile(
    "^(?:所以|也就是说?|意思是|那么?|就是|我|就|先|直接|只要|嗯|哦)+|(?:就|可以|行|成|好|够|了|啦|吧|吗|么|呗|是|对|不)+$"
)
_NEGATED = re.compile("[不没别未无]")


# The clauses of some turns, each of which a dozen readers ask about.
@lru_cache(maxsize=512)
def asks(text: str, ends: tuple[str, ...] = ()) -> bool:
    """Whether the text asks something.

    Args:
        text: Normalized.
        ends: Words with which a question may end, from the knowledge.
    """
    plain = _REPROACH.sub("", _TOLD.sub("", _NAMES.sub("", text))).strip(" 。.!！~～")
    return bool(plain) and (bool(_ASKS.search(plain)) or bool(_OR_NOT.search(plain)) or plain.endswith(ends))


def asks_at_end(text: str) -> bool:
    """Whether the text ends with the short question that a statement may end with (「算证据不」, 「你写上没」)."""
    clauses = [clause for clause in _CLAUSES.split(text.strip()) if clause]
    return bool(clauses) and len(clauses[-1]) >= _SHORTEST_ASKED and bool(_ENDS_ASKING.search(clauses[-1]))


def begins_another(key: str) -> bool:
    """Whether something is to be done for another payment, or all over again (「还有一笔」, 「重新填」)."""
    return bool(_ANOTHER.search(key))


def says_again(key: str) -> bool:
    """Whether the text says once more what was lost or told before (「我重新说一遍」, 「都弄没了」)."""
    return bool(_SAYS_AGAIN.search(key))


def asks_if_noted(key: str) -> bool:
    """Whether the text asks whether we have noted something down (「那个你写上没」, 「前面的还在吗」)."""
    return bool(_ASKS_IF_NOTED.search(key))


def states(text: str) -> bool:
    """Whether the text only sounds like a question (「五十多呢」, 「它问我为啥注销」)."""
    return bool(_TOLD.search(text) or _REPROACH.search(text)) and not asks(text)


def asks_what_next(key: str) -> bool:
    """Whether a question is answered by the next step itself (「按了 下面呢」)."""
    return bool(_WHAT_NEXT.search(key))


def asks_how(key: str) -> bool:
    """Whether the text asks how the whole thing is done."""
    return bool(_HOW.search(key))


@lru_cache(maxsize=64)
def kinds_of(text: str) -> frozenset[str]:
    """Returns which kinds of question a text asks: how long, why, where, what it costs, and so on."""
    return frozenset(kind for kind, pattern in _KINDS.items() if pattern.search(text))


def is_bare_question(key: str) -> bool:
    """Whether the text has nothing but the words that ask (「在哪点啊」)."""
    for pattern in _KINDS.values():
        key = pattern.sub("", key)
    return not _ASKED_BARELY.sub("", key)


def is_ellipsis(key: str) -> bool:
    """Whether the text may leave out what was asked before (「那注销呢 多久」)."""
    return bool(_ELLIPSIS.search(key))


def without_reminder(text: str) -> str:
    """Returns what is said without the reminder that it was said before (「我不是说了吗 老王面馆」).

    What is nothing but a reminder becomes empty.
    """
    rest = _SAID_THAT.sub(r"\g<told>", text.strip())
    rest = _SAID_WITHIN.sub(r"\g<told>", _SAID_IN_FRONT.sub("", rest))
    clauses = [clause for clause in re.split(r"[\s,，。;；!！?？]+", rest) if clause]
    kept = [clause for clause in clauses if not _SAID_BEFORE.fullmatch(clause)]
    return rest.strip(" ,，。") if len(kept) == len(clauses) else " ".join(kept)


def asks_of_waiting(key: str) -> bool:
    """Whether the text asks when a human comes (「那要等多久啊」)."""
    return bool(_OF_WAITING.search(key))


def without_particles(key: str) -> str:
    """Returns the text without the particles at its end."""
    return _PARTICLES.sub("", key)


def reminds(text: str) -> bool:
    """Whether the text says that something was said before."""
    return without_reminder(text) != text.strip()


def demands_money(key: str) -> bool:
    """Whether the text wants the money back rather than to tell of it (「别整那些 我要退钱」)."""
    return bool(_DEMANDS.search(key))


def dismisses(key: str) -> bool:
    """Whether the text has no patience for what is asked (「别整那些」)."""
    return bool(_DISMISSES.search(key))


def hurries(key: str) -> bool:
    """Whether the text wants it at once, which is no wish for time."""
    return bool(_HURRIES.search(key))


def leaves_out(key: str) -> bool:
    """Whether the text does not want to do what is asked of it (「懒得去问」)."""
    return bool(_LEAVES_OUT.search(key))


def excepts(text: str) -> bool:
    """Whether the text leaves out what it names (「除了电话还有啥办法」)."""
    return bool(_EXCEPTS.search(text))


def is_it(key: str) -> bool:
    """Whether the text says that what was named is the cause (「应该就是它」)."""
    return bool(_IS_IT.search(key))


def asks_whom(key: str) -> bool:
    """Whether the text asks how or where a human is to be found (「找谁弄」)."""
    return bool(_WHOM.search(key))


def wants(key: str) -> bool:
    """Whether the text wants or asks for something, and does not only tell (「还有验证码」)."""
    return bool(_WANTS.search(key)) or asks(key)


def denies(key: str) -> bool:
    """Whether the text says that something is not so."""
    return any(sign in key for sign in "不没未")


def ends_noting(key: str) -> bool:
    """Whether the text wants nothing more noted (「不用记了」)."""
    return len(key) <= 10 and bool(_ENDS_NOTING.search(key))


def ends_talk(key: str) -> bool:
    """Whether the text says that there is nothing else (「没别的了」)."""
    return bool(_ENDS_TALK.search(key))


def withdraws(key: str) -> bool:
    """Whether the text takes back, or makes a condition of, what else it says (「确定，不过先别」)."""
    return any(word in key for word in _WITHDRAWS)


def postpones(key: str) -> bool:
    """Whether the text leaves it for another time (「改天再弄」)."""
    return bool(_POSTPONES.search(key))


def comes_later(key: str) -> bool:
    """Whether the text wants something only after something else (「先把钱花掉再注销」)."""
    return bool(_LATER.search(key))


def says_goodbye(key: str) -> bool:
    """Whether the text takes its leave."""
    return bool(_GOODBYE.search(key))


def is_noise(key: str) -> bool:
    """Whether the text says nothing: a laugh, keys hit at random, one sign again and again."""
    if len(key) < 2 or (len(key) > 2 and len(set(key)) == 1 and not key.isdigit()):
        return True
    if _LAUGHS.fullmatch(key):
        return True
    return len(key) > 3 and key.isascii() and any(key[:4] in row for row in _ROWS)


def complains(key: str) -> bool:
    """Whether the text threatens or complains about the company."""
    return bool(_COMPLAINS.search(key))


def vents(key: str) -> bool:
    """Whether the text shows anger in words that no entity knows (「搞得我一肚子火」)."""
    return bool(_VENTS.search(key))


def names_human(key: str) -> bool:
    """Whether the text names somebody who could come, or is typed in letters: 「叫我别告诉任何人」 does not."""
    return bool(_NAMES_HUMAN.search(key))


def refuses_human(key: str) -> bool:
    """Whether the text says in so many words that no human is wanted (「不是转人工」, 「别老让我找人工」)."""
    return bool(_REFUSES_HUMAN.search(key))


def wants_human(clauses: list[str]) -> bool:
    """Whether a clause wants a human in so many words, beside whatever else is said."""
    return any(_WANTS_HUMAN.search(clause) for clause in clauses)


def denies_fraud(key: str) -> bool:
    """Whether the text says plainly that nobody is cheated, and names nobody who could cheat."""
    return bool(_DENIES_FRAUD.search(key) or is_among_family(key)) and not _STRANGER.search(key)


def is_among_family(key: str) -> bool:
    """Whether the text tells of people who sit together with their own phone (「我俩一块坐着呢」)."""
    return bool(_TOGETHER.search(key) and _RELATIVE.search(key)) and not _STRANGER.search(key)


def takes_back(key: str) -> bool:
    """Whether the text has a word with which somebody takes back that it is a fraud or a theft."""
    return bool(_TAKES_BACK.search(key))


def explains_own(key: str) -> bool:
    """Whether somebody tells that they have paid themselves (「想起来是我续的会员」), and does not only wonder."""
    return bool(_OWN_AFTER_ALL.search(key)) and not _WONDERS.search(key)


def mistook(key: str) -> bool:
    """Whether somebody says that they were mistaken (「看错了 是另一个账户」)."""
    return bool(_MISTOOK.search(key))


def despairs(key: str) -> bool:
    """Whether the user says of themselves that they do not want to live."""
    return bool(_DESPAIRS.search(key))


def is_fiction(key: str) -> bool:
    """Whether the text speaks of a story (「我在写小说，主角跳楼」)."""
    return bool(_FICTION.search(key))


def complains_of_us(key: str) -> bool:
    """Whether the text complains of the wallet to somebody, which is no question about a culprit."""
    return bool(_COMPLAINS_OF_US.search(key))


def goes_back(key: str) -> bool:
    """Whether the text wants to go on with what was left (「接着看付款的事」)."""
    return bool(_GOES_BACK.search(key))


def tries_again(key: str) -> bool:
    """Whether the text says that it is as before (「又弄了一遍 还是不对」)."""
    return bool(_AGAIN.search(key))


def tells_of_records(key: str) -> bool:
    """Whether the text tells what a record or a message says, which is no payment that has worked."""
    return bool(_OF_RECORDS.search(key))


def has_changed(key: str) -> bool:
    """Whether the text says that something was changed (「找到了 单笔200 改成500了」)."""
    return bool(_MENDED.search(key))


def has_recovered(key: str) -> bool:
    """Whether the text says that what was missing is there again (「过隧道没信号 又有了」)."""
    return bool(_RECOVERED.search(key))


def confirmed_in(key: str) -> str:
    """Returns what a question wants confirmed: 「填手机号」 of 「所以填手机号就行？」; nothing of another one."""
    if not _CONFIRMS.search(key):
        return ""
    words = _AROUND_CONFIRMED.sub("", key)
    return "" if _NEGATED.search(words) else words
