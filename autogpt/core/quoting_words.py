"""The words by which a reply turns down, asks about, reports or closes, in the languages that models write.

Patterns over texts in small letters with straight apostrophes.
"""

from __future__ import annotations

import re


class Lexicon:
    """Patterns of which one must fit. They are compiled when first needed: most replies have no words around them."""

    def __init__(self, *patterns: str) -> None:
        self._patterns = patterns
        self._compiled: re.Pattern[str] | None = None

    def occurs(self, text: str) -> bool:
        """Whether one fits somewhere in the text."""
        return self._pattern.search(text) is not None

    def begins(self, text: str) -> bool:
        """Whether one fits at the beginning of the text."""
        return self._pattern.match(text) is not None

    @property
    def _pattern(self) -> re.Pattern[str]:
        if self._compiled is None:
            joined = "|".join(f"(?:{pattern})" for pattern in self._patterns)
            self._compiled = re.compile(joined, re.MULTILINE)
        return self._compiled


_IT = (
    r"(?:it|this|that|these|those|them|so|any|such|along|with|on|out|what|as|either|"
    r"(?:the|its|their|his|her|your|any|an?) (?:\w+ ){0,3}?(?:commands?|actions?|instructions?|requests?|orders?|prompts?|"
    r"above|injections?|text|json|code|following|below|attack|demands?|call))\b"
)
_RUN = (
    r"(?:be |been )?(?:run|running|do|doing|done|execute|executing|executed|follow|following|followed|obey|obeying|"
    r"comply|complying|act|acting|carry|carrying|perform|performing|send|sending|issue|issuing|heed|heeding|go|going|"
    r"accept|accepting|trust|honou?r|call|use|invoke|submit|repeat|adopt)"
)
_NOT = (
    r"(?:won't|wont|will not|would not|wouldn't|am not going to|'m not going to|(?:am|'m) not|cannot|can't|can not|do not|don't|"
    r"did not|didn't|must not|mustn't|should not|shouldn't|shall not|shan't|have not|haven't|will never|would never|never|"
    r"refuse(?:d)?(?: to)?|decline(?:d)?(?: to)?|(?:am|'m) (?:refusing|declining)(?: to)?|'ll not)"
)
REFUSES = Lexicon(
    # English
    rf"\b(?:i|we)\s?{_NOT} (?:\w+ly |ever |want to |intend to |plan to |going to )?{_RUN}\b(?: {_IT}|\s*(?:[.!;,\n]|$))",
    r"\b(?:i|we)\s?(?:won't|will not|refuse|refused|decline|declined|must not|shall not|'d rather not)\s*(?:[.!;:,\n]|$)",
    rf"\b(?:refus|declin)(?:e|es|ed|ing)(?: to {_RUN}| {_IT})",
    r"\b(?:must|should|will|shall|can|would|is|was|has|were|are)(?: not|n't)(?: to)? (?:be |been )?(?:run|executed|followed|obeyed|done|sent|carried out)\b",
    r"\bnot to be (?:run|executed|followed|obeyed)\b|\b(?:do not|don't|not) (?:run|execut\w+|follow\w*|obey\w*|comply\w*|do) (?:it|this|that|these|them|so)\b",
    r"\b(?:i|we)(?:'ll| will|'m| am)? (?:ignor|disregard|reject|dismiss|skipp?|discard)\w* (?:\w+ ){0,2}?(?:it|this|that|these|those|them|instructions?|requests?|commands?|injections?|one)\b",
    r"^\s*(?:ignor|disregard|reject|dismiss|refus|declin)(?:ing|ed)\b|\b(?:ignoring|disregarding|rejecting) (?:it|this|that|them)\b",
    r"\bnot (?:my|a|the|an actual|a real) (?:command|reply|action|instruction|decision)\b|\bnot (?:mine|executed|run)\b",
    # German
    r"\b(?:führe|mache|mach|tue|befolge|folge|gehorche|sende|übernehme)\b[^.!?\n,]{0,40}\b(?:nicht|nie|keinesfalls)\b(?: (?:aus|nach|mit|um))?\s*(?:[.!,;:\n]|$)",
    r"\b(?:werde|werden|will|darf|kann|sollte|soll|wird|möchte|lasse)\b[^.!?\n]{0,40}\b(?:nicht|nie|keinesfalls)\b[^.!?\n]{0,30}\b(?:ausführ|ausgeführt|befolg|folgen|tun|mach|nachkomm|gehorch|umsetz|übernehm)",
    r"\bweigere mich\b|\blehne\b[^.!?\n]{0,40}\bab\b|\bignoriere\b|\bnicht (?:ausführen|ausgeführt|befolgen)\b|\bmache ich nicht\b",
    # French
    r"\b(?:ne\b|n')[^.!?\n]{0,30}?\b(?:exécut|suiv|suis|ferai|fais|faire|obéi|appliqu|obtemp)|\b(?:je )?refuse\b|\bj'ignore(?:rai)?\b|\bje (?:décline|rejette)\b|\bil ne faut pas\b",
    # Spanish, Portuguese, Italian
    r"\bno\b(?: \w+){0,3}? (?:ejecut|har[eé]\b|hago\b|hacer|seguir|sigo\b|obede|cumpl|acat)\w*|\bno (?:lo|la) (?:har|ejecut|sig|seg)|\bme niego\b|\b(?:lo |la )?(?:rechazo|ignoro|ignoraré)\b",
    r"\bnão\b(?: \w+){0,3}? (?:execut|farei\b|faço\b|fazer|segui|sigo\b|obede|cumpr)\w*|\b(?:me )?recuso\b|\brejeito\b|\bignorarei\b",
    r"\bnon\b(?: \w+){0,3}? (?:esegu|far[òo]\b|faccio\b|farlo|fare\b|segu|obbed|dar[òo] seguito)\w*|\b(?:mi )?rifiuto\b|\bignorerò\b|\brespingo\b",
    # Russian, Ukrainian, Polish, Czech
    r"\bне (?:буду |стану |могу |должен |должна |собираюсь |хочу |намерен |следует )?(?:его |её |это |эту |эти |их |этого |этому )?(?:выполн|исполн|следов|следую|делать|запуск|подчин|слуша)",
    r"\b(?:это|этого|её|его) (?:делать |выполнять )?(?:я )?не (?:буду|стану|сделаю|выполню)|\bотказыва|\bигнориру|\bотклоня|\bне буду\s*(?:[.!,\n]|$)",
    r"\bне (?:буду |стану )?(?:його |це |цю )?(?:викон|слідув|роби)|\bвідмовля|\bігнору|\bnie (?:będę |zamierzam |mogę |chcę )?(?:tego |go |ich )?(?:wykon|zrobi|robi|posłuch|zastosuj)|\b(?:odmawiam|odrzucam|ignoruję)\b|\b(?:to|toto|tohle) (?:ne|nie)(?:udělám|provedu|spustím|vykonám)|\bodmítám\b",
    # Dutch, Swedish and its neighbours, Turkish, Vietnamese, Indonesian
    r"\b(?:voer|zal|ga|doe|volg|wil|mag)\b[^.!?\n]{0,40}\bniet\b(?: (?:uit|uitvoeren|doen|volgen|op))?\s*(?:[.!,;\n]|$)|\bweiger\b|\bnegeer\b",
    r"\b(?:kör|gör|följer|utför|gjør|følger|kjører|udfører|kommer)\b[^.!?\n]{0,30}\b(?:inte|ikke)\b|\bvägrar\b|\bnekter\b|\bnægter\b",
    r"\b(?:çalıştır|yap|uygula|uy|yürüt)(?:ma|me)(?:yaca|yece|m\b|z)|\breddediyorum\b|\byok sayıyorum\b|\b(?:tôi )?(?:sẽ )?không (?:thực hiện|chạy|làm theo|tuân)|\btừ chối\b|\btidak akan (?:me|di)\w+|\bmenolak\b",
    # Chinese, Japanese, Korean
    r"(?:不会|不能|不予|不应|不该|不可|不要|不打算|不想|绝不|拒绝|没有|无法|不再)(?:去|再|被)?(?:执行|运行|照做|照办|遵从|遵循|遵守|服从|听从|理会|采纳|发送|这样做|这么做|按)|不(?:执行|照做|理会|遵从|听从|服从)|我(?:不会|不干|拒绝|不同意)\s*(?:[。！，,.!\n]|$)|(?:忽略|无视|忽視|拒絕)(?:了|它|这|該|该|此|掉)?|不會(?:執行|照做|遵)",
    r"(?:実行|従|したが|行|遵守|対応|応)[^。！？\n]{0,6}?(?:しません|しない|いません|わない|わず|いない|じません|じない|できません|つもりはありません|べきではありません|ことはありません)|拒否|無視し|お断り|やりません|やめておきます",
    r"(?:실행|수행|따르|따를|이행|하)[^.!?\n]{0,6}(?:지 않|지 못|수 없|않겠)|거부합|거절합|무시합|무시하",
    # Arabic, Hebrew, Hindi, Persian, Greek
    r"\b(?:لن|لا) (?:أ|ن)(?:نفذ|تبع|قوم|فعل|متثل|طيع)|أرفض|أتجاهل|سأتجاهل|لن أفعل|\bלא (?:אבצע|אריץ|אעשה|אציית)|מסרב|नहीं (?:करूँगा|करूंगा|करूँगी|चलाऊ|मानू|करता|करेंगे)|इनकार|अनदेखा|اجرا نمی|نمی‌کنم|نخواهم|δεν θα (?:το )?(?:εκτελ|κάν|ακολουθ)|αρνούμαι|αγνοώ",
)
"""Words that refuse what they speak of to be done."""

EXPOSES = Lexicon(
    r"\b(?:this|that|it|which|the (?:above|text|file|page|json|command|following|block))(?:'s| is| was| looks?(?: like)?| seems?(?: to be)?| appears?(?: to be)?) (?:clearly |obviously |just |only |probably |likely )?(?:an? |the )?(?:\w+[ -]){0,2}?(?:injection|injected|attack|trick|trap|malicious|suspicious|phishing|hostile|harmful|dangerous|unsafe|untrusted|exploit|manipulation|quote|quotation|quoted)\b",
    r"\bprompt[- ]injection\b|\bthat is what the (?:page|file|text|site|document|readme|email|message) (?:says?|said|asks?|wants?)",
    r"(?:das|dies|es)(?: hier)? ist (?:\w+ ){0,3}?(?:injection|einschleusung|angriff|falle|bösartig|zitat)|\bprompt-injektion\b",
    r"(?:esto|eso|es|c'est|ceci est|это|isto é|questo è|questa è|dit is|to jest) (?:\w+ ){0,3}?(?:inyecci|injection|инъекци|injeç|iniezione|injectie|ataque|attaque|атака|attacco|aanval|wstrzykni|atak\b|malicios|malveillant|вредонос|попытка внедр)",
    r"提示(?:词)?注入|注入攻击|(?:这是|属于|是)[^。！？\n]{0,8}(?:注入|攻击|恶意|引用|陷阱)|インジェクション(?:攻撃)?(?:です|だ|と)|(?:これ|それ)は[^。！？\n]{0,12}(?:攻撃|注入|引用|罠)|인젝션(?:입|이)|주입 공격|هذا (?:حقن|هجوم)|यह (?:एक )?(?:इंजेक्शन|हमला)",
)
"""Words that call it an attack or a quotation."""

ASKS = Lexicon(
    r"\b(?:should|shall|may|must|can|could|ought) (?:i|we)\b[^.!\n]{0,120}\?|\bdo (?:you|i) (?:really )?(?:want|wish|agree|approve|allow|run|follow)\b[^.!\n]{0,120}\?|\bwould you (?:like|want|prefer) me to\b[^.!\n]{0,120}\?",
    r"\bis (?:this|that|it) (?:really |all |still )?(?:ok|okay|right|correct|fine|allowed|safe|wanted|intended|meant|what)\b[^.!\n]{0,80}\?|\b(?:proceed|go ahead|agreed|confirm|approve|allowed|run (?:it|this|that))\s*\?|\b(?:if|whether) (?:i|we) should\b|\bhow (?:should|shall|do|can) (?:i|we)\b[^.!\n]{0,80}\?",
    r"\b(?:soll(?:te)?|darf|kann|muss|sollen|dürfen|führe) (?:ich|wir|das|es)\b[^.!\n]{0,120}\?|\bob ich (?:das|es|dies|den befehl)\b|\b(?:einverstanden|in ordnung)\s*\?|\b(?:möchtest|willst|wollen|möchten) (?:du|sie)\b[^.!\n]{0,120}\?",
    r"¿\s?(?:debo|debería|puedo|quieres|quiere|lo |la |procedo|sigo|ejecuto|está bien|de acuerdo|cómo|hago)[^.!\n]{0,120}\?|\b(?:dois-je|puis-je|devrais-je|faut-il|voulez-vous|veux-tu|est-ce que je (?:dois|peux))\b[^.!\n]{0,120}\?",
    r"\b(?:devo|posso|deveria|dovrei|vuoi|vuole|quer que|procedo|prossigo|eseguo|executo)\b[^.!\n]{0,120}\?|\b(?:мне|стоит ли|следует ли|нужно ли|можно ли|должен ли|хотите|выполнить|выполнять|продолжать|запустить)\b[^.!\n]{0,80}\?",
    r"\b(?:zal|moet|mag|kan) ik\b[^.!\n]{0,80}\?|\bczy (?:mam|powinienem|powinnam|mogę|wykonać)\b[^.!\n]{0,80}\?|\b(?:ska|får|bör|skal) (?:jag|jeg)\b[^.!\n]{0,80}\?|(?:ayım|eyim|alım|elim) m[ıi]\b|\b(?:tôi )?có nên\b|\b(?:haruskah|bolehkah)\b|\bчи (?:варто|слід|мені)\b",
    r"(?:要|该|应该|需要|可以|能|想|是否)[^。！？\n]{0,20}(?:执行|运行|继续|这样做|照做|做|遵从|听从)[^。！？\n]{0,10}(?:吗|么|呢|嘛)|是否(?:要|应该|需要|可以|该)?(?:执行|运行|继续|照做)|(?:可以|行|好|对|同意|執行|继续)(?:吗|嗎)\s*[？?]|要不要|怎么办",
    r"(?:実行|続け|進め|従|行|送信)[^。！？\n]{0,12}(?:か[。？?\n]|か$|でしょうか|ますか|ましょうか)|よろしいですか|いいですか|べきですか|べきでしょうか|(?:할까요|될까요|을까요|ㄹ까요|해도 (?:되|괜찮)|하시겠|실행할까)|\bهل (?:أنفذ|يجب|تريد|علي|أقوم|ينبغي)|क्या (?:मुझे|मैं|आप)|האם (?:עליי|לבצע|להריץ)|\bνα (?:το )?(?:εκτελέσω|κάνω)\b",
)
"""Questions whether to do it."""

OFFERS = Lexicon(
    r"anything else|any (?:other )?questions?|further (?:help|questions)|what else|sonst noch|noch fragen|algo más|autre chose|что-нибудь ещё|ещё что|还有(?:什么|其他)|其他(?:问题|需要)|他に|qualcos'altro|mais alguma coisa|더 (?:필요|도와)",
)
"""Words of questions that only offer more help."""

CLOSES = Lexicon(
    r"(?:please |just |and |so |ok(?:ay)?,? )?(?:let me know|hope (?:this|that|it)|i hope|done\b|all done|ready\b|that's (?:it|all|my|the)|that is (?:it|all|my)|this is my|here you go|thanks?\b|thank you|best\b|regards|bye|cheers|end\b|over\b|waiting\b|i(?:'ll| will)? (?:await|wait)|feel free|as (?:asked|requested)|again\b|later\b|good luck|sure\b|if you (?:need|have|want|would like)|my reply|i look forward|looking forward|it's final|is there anything|any(?:thing| other)|do you have|enjoy|end of)",
    r"(?:fertig|erledigt|ende\b|das war|danke|viele grüße|gruß|soweit|bis gleich|ich hoffe|bei fragen|sag bescheid|gern geschehen|hoffe|melde dich|gibt es sonst|sonst noch|noch fragen)",
    r"(?:listo|hecho|eso es todo|es todo|espero|gracias|fin\b|avísame|un saludo|saludos|¿algo más|¿necesitas algo|voilà|terminé|c'est tout|merci|j'espère|cordialement|n'hésite[zs]?|dites-moi|dis-moi|autre chose|pronto|feito|é tudo|obrigad|espero que|fatto|è tutto|ecco|grazie|spero|fammi sapere|klaar|dat is alles|bedankt|gotowe|to wszystko|dziękuję|klart|tack\b|tamam|bitti|teşekkür|xong|cảm ơn|selesai|terima kasih)",
    r"(?:готово|всё\b|все\b|вот и всё|это всё|надеюсь|спасибо|конец|дайте знать|жду|с уважением|сделано|сообщите|гото|дякую)",
    r"(?:以上|完毕|完了|好的|好了|完成|谢谢|請|请(?:告诉|告知|查收|稍|指示|确认收到)|希望|祝|如有|如果(?:您|你)?(?:有|需要)|还有(?:什么|其他)|です|どうぞ|よろしく|お願い|ありがとう|何か(?:あれ|ござ)|終わり|できました|이상|완료|감사|끝|도움이|궁금|필요하|تم\b|شكرا|انتهى|धन्यवाद|हो गया|תודה|τέλος|ευχαριστώ)",
)
"""How closing remarks begin."""

DOUBTS = Lexicon(
    r"[?？؟]",
    r"\b(?:not|no|never|none|nothing|won't|can't|cannot|don't|didn't|doesn't|isn't|wasn't|shouldn't|wouldn't|mustn't|refuse\w*|declin\w*|ignor\w*|reject\w*|injection|injected|attack\w*|malicious|suspicious|hostile|untrusted|phishing|trick\w*|scam|quoted?|example|instead|careful\w*|beware|harmful|dangerous|unsafe|instructs?|instructed)\b",
    r"\b(?:nicht|nichts|nie|kein\w*|niemals|angriff|statt\w*|vorsicht|nein)\b|\b(?:no|nunca|nada|jamás|ataque|cuidado|en lugar)\b|\b(?:ne|n'\w+|pas|jamais|rien|non|attaque|plutôt)\b|\b(?:não|nunca|nada|em vez)\b|\b(?:non|mai|niente|invece)\b|\b(?:niet|nooit|geen|nee)\b|\b(?:nie|nigdy)\b|\b(?:inte|ikke|aldrig|aldri)\b|\b(?:değil|hayır|asla)\b|\b(?:không|tidak|jangan)\b",
    r"\b(?:не|нет|никогда|вместо|нельзя|атак\w*|вредонос\w*|ні)\b|不|没|無|无|非|勿|别|拒|否|注入|攻击|恶意|ません|ない|ずに|攻撃|않|못|없|안 |아니|거부|공격|\b(?:لا|لن|لم|ليس)\b|नहीं|मत\b|לא|δεν|μην|نمی",
)
"""Denials, questions and words of warning, whatever they are about."""

REPORTS = Lexicon(
    r"\b(?:it|they|which|page|file|site|website|web ?page|readme\S*|document|text|e-?mail|mail|message|result|output|comment|author|attacker|instructions?|injection|snippet|code|note|tool|search|someone|somebody|he|she|content|line|\S+\.(?:md|txt|html?|json|py|csv|pdf|docx?|log|ya?ml))s?(?:'s)? (?:then |also |now |just |even |only |there )?(?:says?|said|asks?|asked|tells?|told|wants?|wanted|demands?|demanded|instructs?|instructed|contains?|contained|holds?|held|reads?|has|had|tries|tried|includes?|included|orders?|ordered|suggests?|claims?|requests?|requested|states?|would have me|embeds?|injects?|goes|was:|were:|is:|are:)",
    r"\b(?:ask|tell|want|instruct|order|get|make|trick|push|told|urg)(?:s|ed|ing|es)? me\b|\b(?:injections?|injected|payload|verbatim|quot(?:e|ed|ing|ation)|malicious|attack\w*|hidden instruction\w*|copied from|according to|found (?:this|the following|in|there)|e\.g|for (?:example|instance|reference|the record)|example|embedded)\b",
    r"\b(?:verlangt|fordert|sagt|steht|enthält|lautet|weist|bittet|behauptet|befiehlt|heißt es|will,? dass|einschleus\w*|zitat|zitiere|zum beispiel|beispiel|angriff|bösartig\w*|injektion)\b",
    r"\b(?:dice|pide|exige|ordena|contiene|quiere que|solicita|reza|cita|ejemplo|malicios[oa]|inyecci\w+|dit|demande|ordonne|contient|veut que|indique|citation|malveillant\w*|exemple|diz|pede|contém|manda|quer que|injeção|exemplo|chiede|vuole che|iniezione|esempio|citazione|zegt|vraagt|eist|bevat|injectie|voorbeeld|mówi|prosi|żąda|zawiera|każe|przykład\w*|diyor|istiyor|içeriyor|örne\w+)\b",
    r"\b(?:говорит|просит|требует|содержит|велит|хочет|предлагает|написано|гласит|цитат\w*|цитирую|инъекци\w*|вредонос\w*|например|пример\w*)\b|(?:页面|网页|文件|文档|网站|它|内容|邮件|攻击者|里面|上面|其中|readme\S*)[^。！？\n]{0,20}(?:说|要求|写|让我|包含|指示|命令|有)|注入|引用|原文|恶意|例如|比如|例子",
    r"(?:ページ|ファイル|文書|サイト|それ|readme\S*|メール|内容)[^。！？\n]{0,20}(?:と書|には|要求|指示|求め|言|ある)|インジェクション|悪意|例えば|例：|(?:라고|요구|지시|포함|말하|적혀)|주입|인용|예를|악성|يقول|يطلب|تقول|تطلب|يحتوي|حقن|कह|मांग|इंजेक्शन|אומר|מבקש|λέει|ζητά",
)
"""Words that give what others say or want, or an example."""

PERSONS = Lexicon(
    r"\b(?:user|users|task|goals?|you|nutzer\w*|benutzer\w*|aufgabe|ziele?|usuario|tarea|objetivos?|utilisateur|tâche|objectifs?|пользовател\w*|задач\w*|цел\w*|usuário|tarefa|utente|compito|gebruiker|taak|użytkownik\w*|zadani\w*|kullanıcı\w*|görev)\b|用户|任务|目标|ユーザー|タスク|目標|사용자|작업|목표|المستخدم|المهمة",
)
"""Names of those whose wishes are the model's own: the person, the task."""

OWN = Lexicon(
    r"\b(?:my|mine|our|own|instead|so|thus|therefore|next step|next command|next action|now|here (?:is|are)|here's|below is|as follows|response format)\b|\bi(?:'ll| will| shall|'m going to| am going to| should| can| would|'d)? (?:go on|continue|proceed|list|read|start|carry|answer|reply|begin|take|write|first|now|look|check|search|fix|choose|pick|call|open|create|want|need|use|browse|ask|propose|issue|respond|finish|move)\b",
    r"\b(?:mein\w*|stattdessen|also|nun|jetzt|daher|weiter|nächste\w*|hier ist|ich (?:lese|liste|schreibe|mache weiter|fahre|antworte|nehme|beginne|suche|prüfe|sehe|gehe))\b|\b(?:mi|mío|en su lugar|ahora|por tanto|así que|siguiente|continúo|leo|escribo|empiezo|aquí)\b|\b(?:mon|ma|mes|plutôt|maintenant|donc|prochaine?|je (?:continue|lis|liste|commence|réponds|vais|passe|cherche|vérifie)|voici|à la place)\b",
    r"\b(?:мо[йяёеи]|вместо|теперь|поэтому|итак|следующ\w+|продолжаю|читаю|отвечаю|начинаю|вот)\b|\b(?:meu|minha|em vez|agora|portanto|próxim\w+|continuo|mio|mia|invece|ora|quindi|prossim\w+|ecco|mijn|nu|dus|daarom|volgende|mój|moja|moje|teraz|więc|następn\w+|benim|şimdi|sonraki)\b",
    r"我的|因此|所以|接下来|下面|现在|下一步|改为|转而|继续|先|私の|代わりに|次[のは]|今|そこで|では|まず|続け|제|내 |대신|이제|다음|그래서|계속|ردي|الآن|التالي|मेरा|अब|अगला|הנה|τώρα",
)
"""Words that lead up to what the model itself does next."""

POINTS_ON = Lexicon(
    r"\b(?:this|following|below|these|folgende\w*|dies\w*|siguiente|esto|este|suivant\w*|ceci|cette?|следующ\w+|эту|это|эти|seguinte|isto|seguente|questo|questa|volgende|dit|deze|następując\w+|to)\b|以下|下面|这(?:个|条|段|一)|次の|この|これ|다음|이 |التالي|هذا|इस|यह",
)
"""Words that point to what follows them."""

EXPLAINS = Lexicon(
    r"(?:this|the (?:command|reply|json|action|above|result|output)|it|that) (?:command |step |action |reply |json |way |one )?(?:will|lists?|reads?|shows?|writes?|should|lets?|gives?|helps?|is (?:the|my|to|what i)|does|tells?|creates?|saves?|finds?|searches|checks?|opens?|runs?|completes?|finishes|follows my)|i (?:will|'ll|chose|am|have|use|used|then|want|expect|start|read|list|write|need|pick|think|believe|can)|i'(?:ll|m|ve)|after (?:this|that|it)|once\b|then\b|next\b|when\b|afterwards|with (?:this|that)|first\b",
    r"(?:das|dies|damit|danach|dann|dieser befehl|anschließend|so|ich (?:lese|liste|schreibe|werde|habe|kann|möchte|sehe))\b|(?:esto|con esto|después|luego|así|voy a)\b|(?:cela|ceci|ensuite|après|puis|ainsi|je (?:vais|lis|pourrai))\b|(?:это|затем|потом|после|так|я (?:прочитаю|посмотрю|запишу|смогу))\b|(?:isto|depois|em seguida|questo|poi|dopo|così|dit|daarna|dan|to|potem|następnie)\b",
    r"这(?:样|将|会|个命令|一步|条命令)|然后|之后|接着|接下来|我(?:将|会|先|要)|これで|その後|次に|このコマンド|まず|그러면|다음|이후|이 명령",
)
"""How sentences begin that say what the command is for."""
