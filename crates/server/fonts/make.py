"""Makes print.ttf: a part of Noto Sans CJK SC with outlines as TrueType, for what is printed.

    python3 -m venv v && v/bin/pip install fonttools
    v/bin/python crates/server/fonts/make.py NotoSansCJK-Regular.ttc

The letters are those of the pages' words (locales/), of Latin scripts, and of the signs that names of venues are made of.
"""

import pathlib
import sys

from fontTools import subset
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTCollection, newTable

HERE = pathlib.Path(__file__).parent
SIGNS = (
    "店超市药饭馆厅理发咖啡茶奶面包酒吧网宾馆楼医院诊所学校幼儿园公司厂房大厦广场菜场商城百货银行邮局车站地铁公交机场码头港湾寺庙"
    "教堂会堂体育健身游泳影剧书画图博物花鸟鱼肉果蔬米油盐酱醋粮东西南北中上下左右前后新老福禄寿喜财运来金银铜玉龙凤虎马牛羊春夏秋冬"
    "风雨雪月日星云山河江湖海天地人和平安乐美好家居衣服饰鞋帽包眼镜钟表珠宝手机电脑器修配件洗浴足疗养老托管培训舞蹈音乐琴棋文具玩具"
    "母婴宠汽火锅烧烤串香辣川湘粤京沪津渝杭州宁波温绍嘉台丽衢苏浙闽皖赣鲁豫鄂桂琼贵滇藏陕甘青疆蒙吉黑辽晋冀号楼层室区街道路巷弄村镇"
    "乡县省国际中心总分部第一二三四五六七八九十百千万零甲乙丙丁张王李赵刘陈杨黄周吴徐孙朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董"
    "潘袁蔡蒋余于杜叶程魏苏吕任卢姚沈姜崔钟谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常"
    "小鲜烘焙坊轩阁斋居苑府庄记祥兴隆盛源泰丰顺利达通恒信诚德仁义礼智同庆华夏民众便利批发零售专卖旗舰体验服务站点窗口登记检测采样接种"
)


def letters():
    words = "".join((HERE.parent / "locales" / name).read_text("utf-8") for name in ("en.ftl", "zh.ftl"))
    latin = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)])) + "–—‘’“”…·•°、。，：；！？（）《》「」【】"
    return {letter for letter in words + latin + SIGNS if ord(letter) >= 0x20}


def part(file):
    fonts = TTCollection(file).fonts
    font = next(font for font in fonts if font["name"].getDebugName(4) == "Noto Sans CJK SC")
    options = subset.Options()
    options.layout_features, options.hinting, options.desubroutinize = [], False, True
    options.notdef_outline, options.name_IDs = True, [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["vhea", "vmtx", "VORG", "GSUB", "GPOS", "BASE", "GDEF", "DSIG"]
    cut = subset.Subsetter(options)
    cut.populate(unicodes=map(ord, letters()))
    cut.subset(font)
    return font


def to_truetype(font):
    outlines, order, glyphs = font.getGlyphSet(), font.getGlyphOrder(), {}
    for name in order:
        pen = TTGlyphPen(outlines)
        outlines[name].draw(Cu2QuPen(pen, max_err=1.0, reverse_direction=True))
        glyphs[name] = pen.glyph()
    table = newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    font["loca"], font["glyf"] = newTable("loca"), table
    del font["CFF "]
    limits = font["maxp"]
    limits.tableVersion = 0x00010000
    for field in (
        "maxTwilightPoints maxStorage maxFunctionDefs maxInstructionDefs maxStackElements maxSizeOfInstructions "
        "maxComponentElements maxPoints maxContours maxCompositePoints maxCompositeContours maxComponentDepth"
    ).split():
        setattr(limits, field, 0)
    limits.maxZones = 1
    names = font["post"]
    names.formatType, names.extraNames, names.mapping, names.glyphOrder = 3.0, [], {}, order
    font.sfntVersion = "\x00\x01\x00\x00"


def renamed(font):
    new = {1: "Clean Bill Print", 3: "Clean Bill Print, a part of Noto Sans CJK SC", 4: "Clean Bill Print", 6: "CleanBillPrint"}
    for name in font["name"].names:
        name.string = new.get(name.nameID, name.toUnicode())


if __name__ == "__main__":
    font = part(sys.argv[1])
    to_truetype(font)
    renamed(font)
    # The same file of the same letters, whenever it is made.
    font.recalcTimestamp = False
    font.save(HERE / "print.ttf")
    print(len(font.getGlyphOrder()), "glyphs")
