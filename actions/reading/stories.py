"""Tells what is a story: what went wrong with a payment, in the user's own words."""

from __future__ import annotations

import re

from actions.reading.amounts import amounts_in
from actions.reading.questions import complains, is_noise
from actions.reading.times import times_in
from language.text_normalization import normalize

_LONGEST_COMMAND = 10
_WENT_WRONG = re.compile(
    r"扣[了过]?(?:我)?(?:两|二|三|2|3|几)[次回遍]|(?:两|2|三)[次回遍]|重复|多[扣收付算刷]|扣错|扣成|收成|刷成|[转付]错|没(?:有)?给?我?(?:发|寄|送|退|到货|收到|开通|上菜|出餐)|没收到|没有收到|没到|没送|没发|不发货|没退|不退|不给退|不肯退|拉黑|跑路"
    r"|假货|坏的|坏了|少发|发错|不对板|又扣|还在扣|还是扣|空包裹|骗|乱扣|偷扣|误[点付充]|被[多扣收]|不是我(?:买|消费|花|付|点|操作)|没买(?:过|东西)|没消费|钱扣了|质量|没(?:开|办|订|充|用|点|申请|同意|授权)(?:过|通)|没给?(?:做|上|弄|洗|修|剪)|关门|关店|倒闭|尺码|尺寸|货不对|做坏|漏发|缺货|冒烟|用不了|开不了机"
    r"|(?:根本|压根|从来|从没|从未|就)?(?:没|未)(?:有)?(?:去|来|见|听说|下单|订|要|点|签|逛)过|不是(?:我|本人)|只[给送发到](?:了)?|少[给送]|少了[一两几半]|[点买订要](?:了)?.{1,6}只(?:给|来|送|到)"
)
_PAID = re.compile("[付转打汇还]给|[付转扣充刷买订花退][了过掉]|买的|续费|押金|定金")
_CHAT = re.compile(
    r"^(?:讲|唱|说)[个首一]|天气|^(?:我|让我|容我)?.{0,4}(?:一下|想想|看看|找找|查查).{0,3}$|^(?:快点?|赶紧|马上).{0,6}$"
    r"|^(?:你|您|你们|您们).{0,8}$|(?:没错|是对的|都对了?|没问题|正确)$|^(?:好的?|可以|行|谢谢|你好|没有|不是|没|算了|对|是的|啊|喂)$"
)
# The procedure itself, not the payment: what does not work there is told to nobody else.
PROCEDURE = re.compile("申诉|入口|页面|帮助中心|表格?(?:打|交|填|里|$)|按钮|附件|截图")


def is_story(text: str) -> bool:
    """Whether the text may be the story that was asked for."""
    plain = normalize(text)
    key = re.sub(r"\W", "", plain)
    if is_noise(key) or len(key) < 3 or not re.search(r"[一-鿿]{2}|[a-z]{3,}\s[a-z]+", plain):
        return False
    if _CHAT.search(key) or (complains(key) and len(key) <= _LONGEST_COMMAND + 2):
        return False
    lengths = [time.end - time.start for time in times_in(text, None)]
    lengths += [amount.end - amount.start for amount in amounts_in(text)]
    return len(plain.strip()) - sum(lengths) >= 2


def tells(text: str) -> bool:
    """Whether the text tells by itself what went wrong, though it was not asked for."""
    return bool(_WENT_WRONG.search(normalize(text)))


def tells_of_payment(text: str) -> bool:
    """Whether the text tells of money that went somewhere (「付给同城搬家200 没来人」)."""
    return tells(text) or bool(_PAID.search(normalize(text)))
