"""Places whose names stand in names everywhere: regions and cities of the registries' countries, and a few others.

As they are written in Latin letters in domain names, often in several ways.  A protected label that is a place proves
little (`comity.core.ordinary_words`).  Our own list; it never needs to be complete.
"""

from typing import Final

PLACES: Final = frozenset(
    """
    abakan altai amur anadyr arkhangelsk astrakhan barnaul belgorod blagoveshchensk bryansk buryatia cheboksary
    chelyabinsk cherkessk chita chukotka crimea dagestan ekaterinburg elista irkutsk ivanovo izhevsk kalmykia kamchatka
    karelia kemerovo khabarovsk khakassia kirov komi kostroma krasnodar krasnoyarsk kurgan kursk lipetsk magadan magas
    makhachkala maykop mordovia murmansk nalchik nizhny novgorod novosibirsk omsk orenburg penza petrozavodsk primorye
    pskov rostov ryazan sakhalin salekhard saransk saratov sevastopol smolensk stavropol syktyvkar tambov tatarstan
    tuva tyumen ulan-ude ulyanovsk vladikavkaz vladimir vladivostok vologda voronezh yakutia yakutsk yaroslavl
    yekaterinburg minsk brest vitebsk gomel grodno mogilev hanoi haiphong danang hue france london turkey perm ural
    siberia bashkiria bashkortostan udmurtia kuban yamal chuvashia ingushetia adygea karachay ossetia chechnya mari
    baikal hakasia sakha yugra donbass donetsk lugansk luhansk kherson zaporozhye ukraina ukraine belarus belorussia
    kazakhstan georgia armenia azerbaijan moldova uzbekistan tajikistan kyrgyzstan turkmenistan latvia lithuania
    estonia poland germany britain paris berlin madrid rome vienna prague tokyo seoul singapore malaysia thailand
    indonesia philippines cambodia laos myanmar india taiwan hongkong macau egypt israel dubai greece cyprus bulgaria
    serbia croatia norway sweden finland denmark holland belgium brazil argentina chile cuba texas california florida
    boston york sydney melbourne sichuan guangdong guangxi jiangsu zhejiang shandong shanxi shaanxi hebei henan hubei
    hunan fujian anhui jiangxi liaoning jilin heilongjiang yunnan guizhou gansu qinghai ningxia xinjiang tibet hainan
    tianjin chongqing wuhan nanjing suzhou xiamen qingdao dalian ningbo wuxi foshan dongguan changsha zhengzhou jinan
    kunming harbin shenyang changchun fuzhou hefei haidong lishui hebi changde suqian angiang vungtau bacgiang backan
    baclieu bacninh bentre binhdinh binhduong binhphuoc binhthuan camau cantho caobang daklak daknong dienbien dongnai
    dongthap gialai hagiang hanam hatinh haiduong haugiang hoabinh hungyen khanhhoa kiengiang kontum laichau lamdong
    langson laocai longan namdinh nghean ninhbinh ninhthuan phutho phuyen quangbinh quangnam quangngai quangninh
    quangtri soctrang sonla tayninh thaibinh thainguyen thanhhoa tiengiang travinh tuyenquang vinhlong vinhphuc yenbai
    nhatrang dalat phuquoc abaza achinsk almetyevsk angarsk apatity arzamas armavir artem asbest azov balakovo
    balashikha balashiha bataysk berdsk berezniki beslan biysk bratsk buzuluk chapaevsk chaykovsky cherepovets
    chistopol derbent dimitrovgrad dmitrov dolgoprudny domodedovo dzerzhinsk egorievsk elektrostal elets elabuga engels
    essentuki gatchina gelendzhik glazov grozny gubkin gukovo ishim ishimbay ivanteevka kamensk kamyshin kansk kaspiysk
    khasavyurt khimki himki kineshma kirishi kiselevsk kislovodsk klin klintsy kolomna kolpino komsomolsk kopeysk
    korolev kotlas kovrov krasnogorsk kropotkin kstovo kuznetsk leninsk lesosibirsk liski lobnya lysva lyubertsy
    lubertsy magnitogorsk mezhdurechensk miass michurinsk mikhaylovka minusinsk murom mytishchi mytischi naberezhnye
    nadym naro nazran neftekamsk nefteyugansk nevinnomyssk nizhnevartovsk nizhnekamsk noginsk norilsk noyabrsk
    novocheboksarsk novocherkassk novokuybyshevsk novokuznetsk novomoskovsk novorossiysk novoshakhtinsk novotroitsk
    novouralsk obninsk odintsovo oktyabrsky orsk orekhovo orehovo pavlovo pervouralsk petergof polevskoy prokopyevsk
    prokopievsk pushkin pushkino pyatigorsk ramenskoye ramenskoe reutov revda roslavl rossosh rubtsovsk rybinsk rzhev
    salavat salsk satka serov serpukhov serpuhov seversk severodvinsk shadrinsk shakhty shahty shchelkovo schelkovo
    shchyokino shuya solikamsk solnechnogorsk sterlitamak surgut svobodny syzran taganrog temryuk tikhoretsk tikhvin
    tobolsk tolyatti togliatti tuapse tuymazy uhta ukhta usolye ussuriysk ust ustilimsk velikiye vidnoye vidnoe
    volgodonsk volkhov volzhsk volzhsky vorkuta voskresensk votkinsk vsevolozhsk vyborg vyazma vyshny yalta yeysk eysk
    yelets yessentuki yurga zelenodolsk zelenograd zheleznodorozhny zheleznogorsk zhigulevsk zhukovsky zlatoust anapa
    alushta evpatoria feodosia kerch simferopol sudak lenobl hmao yanao adygeya altay buryatiya chechen ingushetiya
    kabarda kalmykiya karachaevo kareliya mordoviya udmurtiya hakasiya yakutiya chuvashiya baranovichi bobruisk borisov
    kobrin lida molodechno mozyr novopolotsk orsha pinsk polotsk rechitsa slutsk soligorsk svetlogorsk zhlobin zhodino
    anqing anshan anshun anyang baicheng baishan baoding baoji baotou beihai bengbu benxi bijie binzhou bozhou cangzhou
    changzhi changzhou chaoyang chaozhou chengde chengdu chenzhou chifeng chizhou chuzhou dandong daqing datong deyang
    dezhou dongying ezhou fushun fuxin fuyang ganzhou guangan guangyuan guigang guilin guiyang haikou handan hanzhong
    hegang heihe hengshui hengyang heyuan heze hezhou huaian huaibei huaihua huainan huanggang huangshan huangshi
    huizhou huludao huzhou jiamusi jiangmen jiaozuo jiaxing jieyang jinchang jincheng jingdezhen jingmen jingzhou
    jinhua jining jinzhong jinzhou jiujiang jiuquan jixi kaifeng laibin langfang lanzhou leshan lhasa lianyungang
    liaocheng liaoyang liaoyuan lijiang lincang linfen linyi liuan liupanshui liuzhou longyan loudi luohe luoyang
    luzhou lvliang maanshan maoming meishan meizhou mianyang mudanjiang nanchang nanchong nanning nanping nantong
    nanyang neijiang ningde panjin panzhihua pingdingshan pingliang pingxiang puer putian puyang qingyang qingyuan
    qinhuangdao qinzhou qiqihar quanzhou qujing quzhou rizhao sanmenxia sanming sanya shangluo shangqiu shangrao
    shantou shanwei shaoguan shaoxing shaoyang shijiazhuang shiyan shuozhou siping songyuan suihua suining suizhou
    taian taiyuan taizhou tangshan tianshui tieling tongchuan tonghua tongliao tongling tongren urumqi weifang weihai
    weinan wenzhou wuhai wuhu wuwei wuzhong wuzhou xian xiangtan xiangyang xianning xianyang xiaogan xingtai xining
    xinxiang xinyang xinyu xinzhou xuancheng xuchang xuzhou yaan yanan yancheng yangjiang yangquan yangzhou yantai
    yibin yichang yichun yinchuan yingkou yingtan yiyang yongzhou yueyang yulin yuncheng yunfu yuxi zaozhuang
    zhangjiajie zhangjiakou zhangye zhangzhou zhanjiang zhaoqing zhaotong zhenjiang zhongshan zhongwei zhoukou zhoushan
    zhuhai zhumadian zhuzhou zibo zigong ziyang zunyi bienhoa buonmathuot pleiku quynhon thuduc hochiminh tphcm hcm
    rachgia mytho thudaumot сургут казань уфа омск пермь воронеж волгоград краснодар саратов тюмень тольятти ижевск
    барнаул иркутск хабаровск ярославль владивосток махачкала томск оренбург кемерово новосибирск екатеринбург
    челябинск красноярск ростов рязань пенза липецк киров чебоксары тула курск калининград ставрополь сочи тверь
    магнитогорск иваново брянск белгород владимир архангельск калуга смоленск мурманск вологда крым севастополь минск
    гомель брест гродно витебск vyatka
    """.split()  # noqa: SIM905 — words read better as words
)
