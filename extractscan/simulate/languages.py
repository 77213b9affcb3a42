"""Sentence patterns in languages other than English; slots without a prefix are shared with English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

CODES: Final = ("zh", "es", "de", "fr", "ja", "ru", "pt", "ko", "it")

_LISTS: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "n": "合同|发票|课程|论文|菜谱|花园|仓库|问卷|简历|预算|火车|桥梁|电池|望远镜|诊所|博物馆|播客|小说|接口|数据库|缓存|日志|模型|订单|库存|航班"
        "|保险|贷款|工资|旅行计划|演讲稿|新闻稿|实验|样本|传感器|路由器",
        "v": "总结|翻译|比较|解释|改写|检查|估算|规划|优化|起草|校对|分类|分析|设计|重构|验证|计算|整理|评估|预测",
        "a": "季度|年度|临时|重复|便携|传统|内部|公开|双语|城市|乡村|历史|现代|廉价|高级|无线|共享|隐藏|远程|最新",
        "e": "谢谢|请简短一点|最好用表格|不要太专业|请给出例子|明天就要交|麻烦了|分步骤说明|控制在{n3}字以内|用JSON输出",
    },
    "es": {
        "n": "factura|contrato|receta|jardín|presupuesto|tesis|museo|clínica|novela|puente|tren|sensor|pedido|almacén|encuesta"
        "|préstamo|vuelo|discurso|huerto|servidor|registro|informe|horario|mudanza|boda|hipoteca|batería|guion",
        "v": "resumir|traducir|comparar|explicar|reescribir|revisar|calcular|planificar|mejorar|redactar|corregir|clasificar"
        "|analizar|diseñar|validar|ordenar|evaluar|acortar",
        "a": "trimestral|anual|urgente|duplicado|portátil|antiguo|interno|público|bilingüe|rural|moderno|barato|oculto|remoto",
        "e": "gracias|sin tecnicismos|en una tabla|con {n1} ejemplos|para mañana|en menos de {n3} palabras|paso a paso|por favor",
    },
    "de": {
        "n": "Rechnung|Vertrag|Rezept|Garten|Haushalt|Dissertation|Museum|Praxis|Roman|Brücke|Zug|Sensor|Bestellung|Lager"
        "|Umfrage|Kredit|Flug|Rede|Server|Protokoll|Bericht|Fahrplan|Umzug|Hochzeit|Batterie|Drehbuch|Steuererklärung",
        "v": "zusammenfassen|übersetzen|vergleichen|erklären|umschreiben|prüfen|berechnen|planen|verbessern|entwerfen"
        "|korrigieren|einordnen|auswerten|gestalten|kürzen|sortieren|bewerten",
        "a": "vierteljährlich|jährlich|dringend|doppelt|tragbar|alt|intern|öffentlich|ländlich|modern|billig|versteckt|neu",
        "e": "danke|ohne Fachwörter|als Tabelle|mit {n1} Beispielen|bis morgen|unter {n3} Wörtern|Schritt für Schritt|bitte kurz",
    },
    "fr": {
        "n": "facture|contrat|recette|jardin|budget|thèse|musée|clinique|roman|pont|train|capteur|commande|entrepôt|sondage"
        "|prêt|vol|discours|serveur|journal|rapport|horaire|déménagement|mariage|batterie|scénario|assurance",
        "v": "résumer|traduire|comparer|expliquer|réécrire|vérifier|calculer|planifier|améliorer|rédiger|corriger|classer"
        "|analyser|concevoir|raccourcir|trier|évaluer",
        "a": "trimestriel|annuel|urgent|double|portable|ancien|interne|public|rural|moderne|caché|distant|récent|fragile",
        "e": "merci|sans jargon|en tableau|avec {n1} exemples|pour demain|en moins de {n3} mots|pas à pas|s'il vous plaît",
    },
    "ja": {
        "n": "請求書|契約書|レシピ|庭|予算|論文|博物館|診療所|小説|橋|電車|センサー|注文|倉庫|アンケート|ローン|航空券|スピーチ|サーバー"
        "|ログ|報告書|時刻表|引っ越し|結婚式|電池|脚本|保険|議事録",
        "v": "要約|翻訳|比較|説明|修正|確認|計算|計画|改善|作成|校正|分類|分析|設計|短縮|整理|評価",
        "a": "四半期の|毎年の|急ぎの|重複した|携帯用の|古い|社内の|公開の|地方の|現代の|安い|隠れた|遠隔の|新しい",
        "e": "お願いします|簡単に|表にして|例を{n1}個つけて|明日までに|{n3}字以内で|順を追って|敬語で",
    },
    "ru": {
        "n": "счёт|договор|рецепт|сад|бюджет|диплом|музей|роман|мост|поезд|датчик|заказ|склад|опрос|кредит|рейс|сервер|журнал"
        "|отчёт|график|переезд|аккумулятор|сценарий|налог|урок|огород",
        "v": "кратко изложить|перевести|сравнить|объяснить|переписать|проверить|рассчитать|спланировать|улучшить|составить"
        "|исправить|разобрать|оценить|сократить|упорядочить",
        "a": "квартальный|годовой|срочный|повторный|переносной|старый|внутренний|открытый|сельский|новый|дешёвый|скрытый",
        "e": "спасибо|без терминов|в виде таблицы|с {n1} примерами|к завтрашнему дню|до {n3} слов|по шагам|пожалуйста",
    },
    "pt": {
        "n": "fatura|contrato|receita|jardim|orçamento|tese|museu|clínica|romance|ponte|trem|sensor|pedido|armazém|pesquisa"
        "|empréstimo|voo|discurso|servidor|relatório|horário|mudança|casamento|bateria|roteiro|seguro",
        "v": "resumir|traduzir|comparar|explicar|reescrever|revisar|calcular|planejar|melhorar|redigir|corrigir|classificar"
        "|analisar|projetar|encurtar|ordenar|avaliar",
        "a": "trimestral|anual|urgente|duplicado|portátil|antigo|interno|público|rural|moderno|barato|oculto|remoto|recente",
        "e": "obrigado|sem jargão|em tabela|com {n1} exemplos|para amanhã|em menos de {n3} palavras|passo a passo|por favor",
    },
    "ko": {
        "n": "청구서|계약서|요리법|정원|예산|논문|박물관|병원|소설|다리|기차|센서|주문|창고|설문|대출|항공편|연설|서버|로그|보고서|시간표|이사"
        "|결혼식|배터리|대본",
        "v": "요약|번역|비교|설명|수정|확인|계산|계획|개선|작성|교정|분류|분석|설계|정리|평가",
        "a": "분기별|연간|긴급한|중복된|휴대용|오래된|내부|공개|농촌|현대|저렴한|숨은|원격|새로운",
        "e": "감사합니다|쉽게|표로|예시 {n1}개|내일까지|{n3}자 이내로|단계별로|부탁드려요",
    },
    "it": {
        "n": "fattura|contratto|ricetta|giardino|bilancio|tesi|museo|clinica|romanzo|ponte|treno|sensore|ordine|magazzino"
        "|sondaggio|prestito|volo|discorso|server|registro|rapporto|orario|trasloco|matrimonio|batteria|copione",
        "v": "riassumere|tradurre|confrontare|spiegare|riscrivere|verificare|calcolare|pianificare|migliorare|redigere"
        "|correggere|classificare|analizzare|progettare|accorciare|ordinare",
        "a": "trimestrale|annuale|urgente|doppio|portatile|antico|interno|pubblico|rurale|moderno|nascosto|remoto|nuovo",
        "e": "grazie|senza gergo|in tabella|con {n1} esempi|per domani|in meno di {n3} parole|passo per passo|per favore",
    },
}  # fmt: skip

_PATTERNS: Final[Mapping[str, str]] = {
    "zh": "请{v}一下{place}的{a}{n}，{e}。|{a}{n}和{n}有什么区别？{e}|我有{n3}份{n}，{n2}份{a}，怎么{v}？|如何{v}{n}？{person}说{a}的更好，{e}。"
    "|{person}在{place}买了{n4}个{n}，{year}年又卖了{n3}个，请{v}。|{v}：{n}、{n}、{n}（{rare}）",
    "es": "¿Puedes {v} mi {n} {a} de {place}? {e}.|{person} tiene {n4} {n}s y {n2} son de {place}; hay que {v}, {e}."
    "|¿Cómo puedo {v} un {n} {a} en {year}?|{v} {n} {a} {rare}|Hola, necesito {v} {n3} {n}s antes del {n1}. {e}",
    "de": "Kannst du {n} und {n} für {person} {v}? {e}.|Wie soll ich {n} ({a}, {place}, {year}) {v}? {e}|{n} {v}, {a}, {n3} Stück"
    "|Unser {n} kostet {n4} Euro, {person} meint {n3}. Bitte {v}, {e}.|Was ist bei {n} {a} zu beachten, wenn wir {n2} {v}?",
    "fr": "Peux-tu {v} le {n} {a} de {place} ? {e}.|{person} a {n4} {n}s, dont {n2} à {place} ; il faut {v}, {e}.|{v} {n} {a} {n3}"
    "|Comment {v} un {n} {a} depuis {year} ? {e}|Bonjour, je dois {v} {n3} {n}s pour {person}. {e}",
    "ja": "{place}の{a}{n}を{v}してください。{e}。|{a}{n}と{n}の違いは何ですか？{e}|{n}が{n3}件、{a}ものが{n2}件あります。どう{v}しますか？"
    "|{person}さんは{year}年に{n}を{n4}個買いました。{v}を{e}。|{n} {v} {rare}",
    "ru": "Помоги {v}: {a} {n}, {place}, {n3} штук. {e}.|Чем {n} отличается от варианта «{a} {n}»? {e}|Как {v} {n} за {n2} дня?"
    "|{person} просит {v} {n} ({year}), там {n4} строк. {e}|{v} {n} {rare}",
    "pt": "Pode {v} o {n} {a} de {place}? {e}.|{person} tem {n4} {n}s e {n2} são de {place}; preciso {v}, {e}.|{v} {n} {a} {rare}"
    "|Como {v} um {n} {a} em {year}? {e}|Oi, tenho que {v} {n3} {n}s até dia {n1}. {e}",
    "ko": "{place}의 {a} {n}을 {v}해 주세요. {e}.|{a} {n}과 {n}의 차이가 뭔가요? {e}|{n} {n3}개 중 {n2}개를 {v}하려면?"
    "|{person}씨가 {year}년에 {n} {n4}개를 샀어요. {v} {e}|{n} {v} {rare}",
    "it": "Puoi {v} il {n} {a} di {place}? {e}.|{person} ha {n4} {n} e {n2} sono a {place}; bisogna {v}, {e}.|{v} {n} {a} {rare}"
    "|Come posso {v} un {n} {a} del {year}? {e}|Ciao, devo {v} {n3} {n} entro il {n1}. {e}",
}  # fmt: skip


def _local(text: str, code: str) -> str:
    for slot in "nvae":
        text = text.replace("{" + slot + "}", "{" + f"{code}_{slot}" + "}")
    return text


WORDS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {f"{code}_{slot}": _LISTS[code][slot].split("|") for code in CODES for slot in "nva"}
)
GRAMMARS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {f"{code}_e": _LISTS[code]["e"].split("|") for code in CODES}
    | {code: _local(_PATTERNS[code], code).split("|") for code in CODES}
    | {f"{code}_long": (f"{{{code}}} {{{code}}} {{{code}}}", f"{{{code}}}\n{{{code}}}") for code in CODES}
)
"""Rule `zh` writes one or two sentences of Chinese, `zh_long` several; and so on for each code."""
